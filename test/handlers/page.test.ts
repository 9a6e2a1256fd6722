import { beforeEach, describe, expect, it } from 'vitest';
import { news, receivePage } from '../core/incident/given-page.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';

const payments = { pager: 'pagerduty/main', via: 'payments' };
const shop = { pager: 'pagerduty/main', via: 'shop' };
let small: SmallBot;
let incident: string;

beforeEach(async () => {
  small = await startSmallBot({ pages: [payments] });
  incident = await small.declares();
});

const asked = () =>
  small.journal.all.flatMap(({ event }) => (event.type === 'PageDeedAsked' ? [event] : []));
const says = (line: string) => small.says('ana', line, { incident });

describe('page', () => {
  it('sends one by the only way there is, once', async () => {
    expect(await says('page')).toContain('on its way');
    expect(asked()).toMatchObject([{ ...payments, does: { kind: 'trigger' }, person: 'ana' }]);
    expect(await says('page')).toContain('PAGED_ALREADY');
  });

  it('fails in words once nobody is configured any more who could send it', async () => {
    small.bot.start([]);
    await says('page');
    await small.clock.passes(60_000);
    const failed = small.journal.all.flatMap(({ event }) =>
      event.type === 'PageDeedFailed' ? [event] : [],
    );
    expect(failed).toMatchObject([
      { problem: { code: 'PAGER_NOT_CONFIGURED', facts: { pager: 'pagerduty/main' } } },
    ]);
  });

  it('names its way where there are several, and none is guessed', async () => {
    small = await startSmallBot({ pages: [payments, shop] });
    incident = await small.declares();
    expect(await says('page')).toContain('PAGE_WAY_UNKNOWN');
    expect(await says('page to=checkout')).toContain('PAGE_WAY_UNKNOWN');
    await says('page to=main/shop');
    expect(asked()).toMatchObject([shop]);
  });

  it.each([
    ['page ben message="come quick"', { kind: 'responder', to: 'ben', message: 'come quick' }],
    ['page snooze=2h', { kind: 'snooze', ms: 7_200_000 }],
    ['page priority=P1', { kind: 'priority', priority: 'P1' }],
    ['page merge=Q2PAGE', { kind: 'merge', other: 'Q2PAGE' }],
    ['escalate', { kind: 'escalate', level: 0 }],
    ['escalate level=2', { kind: 'escalate', level: 2 }],
    ['update half of it is back', { kind: 'update', text: 'half of it is back' }],
  ])('%s acts on the page there is', async (line, does) => {
    expect(await says(line)).toContain('NOT_PAGED');
    await paged();
    await says(line);
    expect(asked()).toMatchObject([{ page: 'Q1PAGE', does, surface: 'console' }]);
  });

  it.each([
    ['page ben snooze=1h', 'PAGE_ONE_AT_A_TIME'],
    ['page snooze=8d', 'PAGE_SNOOZE_TOO_LONG'],
    ['page dora', 'PERSON_UNKNOWN'],
  ])('%s is refused: %s', async (line, code) => {
    await paged();
    expect(await says(line)).toContain(code);
    expect(asked()).toEqual([]);
  });

  it('is no thing for whom the policy lets do nothing', async () => {
    await paged();
    expect(await small.says('cleo', 'escalate', { incident })).not.toContain('on its way');
    expect(asked()).toEqual([]);
  });
});

/** The pager said of a page that it is this incident's. */
async function paged(): Promise<void> {
  const intent = { ...receivePage(news('triggered', 0)), incident };
  await small.bot.engine.tellIncident(incident, intent, {
    cause: 'paged',
    by: 'source:pagerduty/main',
  });
}
