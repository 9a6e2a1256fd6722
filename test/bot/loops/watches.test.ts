import { describe, expect, it } from 'vitest';
import { createWatchesLoop } from '../../../src/bot/loops/watches/index.ts';
import { createOutages } from '../../../src/bot/loops/watches/outages.ts';
import { bookOf } from '../../../src/cli/book.ts';
import { type Problem, problem } from '../../../src/core/problem.ts';
import { cardText } from '../../../src/core/view/text.ts';
import { problems } from '../../../src/integrations/endpoint/index.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { type SmallBot, type SmallBotOptions, startSmallBot } from '../../fakes/small-bot.ts';

const gone = problem('WATCH_NO_ANSWER', { address: '10.0.0.7:6379', reason: 'ECONNREFUSED' });

interface Post extends SmallBot {
  /** What the endpoint answers from now on: undefined for well. */
  answers(found: Problem | undefined): void;
  readonly checks: readonly { readonly isUp: boolean; readonly strikes: number }[];
  readonly logged: readonly string[];
  /** The incident that the watch speaks in. */
  incident(): string;
  proposals(): readonly { readonly id: string; readonly ended: string }[];
  card(): Promise<string>;
  ends(): Promise<void>;
}

async function post(options: SmallBotOptions = {}, first?: Problem): Promise<Post> {
  const small = await startSmallBot({ book: bookOf(problems), ...options });
  small.bot.start([]);
  let found = first;
  const checks: { isUp: boolean; strikes: number }[] = [];
  const logged: string[] = [];
  const log = (message: string) => logged.push(message);
  const { bot, clock, journal } = small;
  const loop = createWatchesLoop({
    watches: [
      {
        ...{ name: 'checkout-cache', service: 'checkout', environment: 'production' },
        ...{ severity: 'critical', line: 'restart checkout env=production' },
        ...{ everyMs: 30_000, strikes: 3, expiresMs: 86_400_000 },
        endpoint: { check: async () => found },
      },
    ],
    clock,
    outages: createOutages({
      ...{ journal, engine: bot.engine, proposals: bot.proposals, settings: bot.settings },
      ...{ openIncidents: bot.desk.openIncidents, words: bot.words, clock, sha256, log },
    }),
    counts: { checked: (_, { isUp, strikes }) => checks.push({ isUp, strikes }) },
    log,
  });
  loop.start();
  await clock.passes(1000);
  const incident = () =>
    [...bot.engine.readings.incidents].find(([, { state }]) =>
      state.status === 'none' ? false : state.proposals || state.opened.origin === 'watch',
    )?.[0] ?? '';
  const stateOf = () => bot.engine.readings.incidents.get(incident())?.state;
  return {
    ...small,
    checks,
    logged,
    answers(next) {
      found = next;
    },
    incident,
    proposals() {
      const state = stateOf();
      const all = state && state.status !== 'none' ? (state.proposals ?? []) : [];
      return all.map((each) => ({ id: each.proposal, ended: each.ended?.how ?? '' }));
    },
    async card() {
      const thread = await bot.threads.desired(incident());
      const texts = thread?.entries.flatMap((entry) =>
        entry.kind === 'card' && entry.key.startsWith('proposal/') ? [cardText(entry.card)] : [],
      );
      return texts?.join('\n') ?? '';
    },
    async ends() {
      await loop.close();
      await bot.close();
    },
  };
}

const minute = 60_000;

describe('an endpoint that does not answer', () => {
  it('is struck three times in a row before anything is said, and then once', async () => {
    const it = await post();
    it.answers(gone);
    await it.clock.passes(minute);
    it.answers(undefined);
    await it.clock.passes(30_000);
    it.answers(gone);
    await it.clock.passes(minute);
    expect(it.types()).toEqual([]);
    await it.clock.passes(30_000);
    expect(it.types()).toEqual([
      ...['WatchFailed', 'IncidentOpened', 'EndpointDown', 'ProposalMade'],
    ]);
    const card = await it.card();
    expect(card).toContain('PROPOSED');
    expect(card).toContain('watch checkout-cache');
    expect(card).toMatch(/3 checks in a row failed: .*ECONNREFUSED/);
    await it.clock.passes(30 * minute);
    expect(it.types().filter((type) => type !== 'PeopleNotified')).toHaveLength(4);
    expect(it.proposals()).toEqual([{ id: expect.any(String), ended: '' }]);
    await it.ends();
  });

  it('never changes anything by itself, for as long as it lasts', async () => {
    const it = await post();
    it.answers(gone);
    await it.clock.passes(120 * minute);
    expect([...it.bot.engine.readings.operations.keys()]).toEqual([]);
    expect(it.target.writes).toEqual([]);
    await it.ends();
  });

  it('is said in the open incident about the same place, and not in a private one', async () => {
    const it = await post();
    await it.says('ana', 'declare "somebody leaks" for=checkout private=true');
    const declared = await it.declares();
    it.answers(gone);
    await it.clock.passes(2 * minute);
    expect(it.incident()).toBe(declared);
    expect(it.types().filter((type) => type === 'IncidentOpened')).toHaveLength(2);
    it.answers(undefined);
    await it.clock.passes(minute);
    const state = await it.bot.engine.incident(declared);
    // It was there before, and somebody else speaks of it.
    expect(state?.status).toBe('open');
    expect(it.proposals()).toEqual([{ id: expect.any(String), ended: 'withdrawn' }]);
    await it.ends();
  });

  it('that answers again takes its proposal back, says so, and ends its own incident', async () => {
    const it = await post();
    it.answers(gone);
    await it.clock.passes(2 * minute);
    const [{ id = '' } = {}] = it.proposals();
    it.answers(undefined);
    await it.clock.passes(minute);
    expect(it.proposals()).toEqual([{ id, ended: 'withdrawn' }]);
    expect(it.types(`incident/${it.incident()}`).slice(-3)).toEqual([
      ...['EndpointUp', 'ProposalWithdrawn', 'IncidentResolved'],
    ]);
    const told = JSON.stringify((await it.bot.threads.desired(it.incident()))?.entries);
    expect(told).toContain(': it answers again, after ');
    expect(await it.says('ana', `request ${id}`, { incident: it.incident() })).toContain(
      'PROPOSAL_WITHDRAWN',
    );
    expect([...it.bot.engine.readings.operations.keys()]).toEqual([]);
    await it.ends();
  });

  it('again within the hour goes on in its thread, as a proposal of its own', async () => {
    const it = await post();
    for (let outage = 0; outage < 2; outage += 1) {
      it.answers(gone);
      await it.clock.passes(2 * minute);
      it.answers(undefined);
      await it.clock.passes(minute);
    }
    const { size } = it.bot.engine.readings.incidents;
    expect(size).toBe(1);
    expect(it.proposals().map(({ ended }) => ended)).toEqual(['withdrawn', 'withdrawn']);
    await it.clock.passes(120 * minute);
    it.answers(gone);
    await it.clock.passes(2 * minute);
    expect(it.types().filter((type) => type === 'IncidentOpened')).toHaveLength(2);
    await it.ends();
  });

  it('is one proposal an outage, though it was dismissed, though the incident was resolved', async () => {
    const it = await post();
    it.answers(gone);
    await it.clock.passes(2 * minute);
    const [{ id = '' } = {}] = it.proposals();
    await it.says('ben', `dismiss ${id}`, { incident: it.incident() });
    await it.says('ben', 'resolve', { incident: it.incident() });
    await it.clock.passes(30 * minute);
    expect(it.types().filter((type) => type === 'ProposalMade')).toHaveLength(1);
    expect(it.types().filter((type) => type === 'IncidentOpened')).toHaveLength(1);
    await it.ends();
  });

  it('asked for makes the presser the requester; the record names the watch', async () => {
    const it = await post();
    it.answers(gone);
    await it.clock.passes(2 * minute);
    const [{ id = '' } = {}] = it.proposals();
    await it.says('ana', `request ${id}`, { incident: it.incident() });
    const [operation = ''] = [...it.bot.engine.readings.operations.keys()];
    const state = await it.bot.engine.operation(operation);
    expect(state?.asked).toMatchObject({
      requester: { person: 'ana' },
      proposedBy: { proposal: id, proposer: { kind: 'watch', name: 'checkout-cache' } },
    });
    const hash = (state?.hash ?? '').slice(0, 10);
    expect(await it.says('ana', `approve ${operation} ${hash}`)).toContain('APPROVE_OWN_REQUEST');
    await it.says('ben', `approve ${operation} ${hash}`);
    await it.clock.passes(2000);
    expect(it.target.writes).toEqual([`${operation}/s1`]);
    await it.ends();
  });
});

describe('a second life of the bot', () => {
  it('during an outage counts afresh, proposes nothing a second time, and takes it back in the end', async () => {
    const it = await post();
    it.answers(gone);
    await it.clock.passes(2 * minute);
    const before = it.types().length;
    await it.ends();
    const again = await post({ from: it }, gone);
    await again.clock.passes(10 * minute);
    expect(
      again
        .types()
        .slice(before)
        .filter((type) => type !== 'PeopleNotified'),
    ).toEqual([]);
    again.answers(undefined);
    await again.clock.passes(minute);
    expect(again.types().slice(-4)).toEqual([
      ...['EndpointUp', 'ProposalWithdrawn', 'IncidentResolved', 'WatchRecovered'],
    ]);
    await again.ends();
  });

  it('goes on where a journal that took nothing, or a crash, stopped the first', async () => {
    for (const stopped of ['IncidentOpened', 'ProposalMade', 'EndpointUp', 'WatchRecovered']) {
      let fails = 2;
      const it = await post({
        before(writes) {
          const isIt = writes.some(({ events }) => events[0]?.type === stopped);
          if (!isIt || fails === 0) return;
          fails -= 1;
          throw new Error('the disk is full');
        },
      });
      it.answers(gone);
      await it.clock.passes(5 * minute);
      it.answers(undefined);
      await it.clock.passes(5 * minute);
      const types = it.types();
      for (const type of ['WatchFailed', 'EndpointDown', 'ProposalMade', 'EndpointUp']) {
        expect([stopped, type, types.filter((each) => each === type).length]).toEqual([
          ...[stopped, type, 1],
        ]);
      }
      expect(it.proposals()).toEqual([{ id: expect.any(String), ended: 'withdrawn' }]);
      expect(it.logged).toContain('what a watch found was not told');
      await it.ends();
    }
  });
});

describe('a check', () => {
  it.each<[string, () => Promise<undefined>]>([
    ['neither answers nor gives up', () => new Promise(() => undefined)],
    ['ends in a fault of ours', () => Promise.reject(new TypeError('not a function'))],
  ])('that %s is a failed one, and the next is made', async (_how, check) => {
    const small = await startSmallBot();
    const found: string[] = [];
    const loop = createWatchesLoop({
      watches: [
        {
          ...{ name: 'front', service: 'checkout', environment: 'production' },
          ...({ severity: 'critical', line: 'restart checkout env=production' } as const),
          ...{ everyMs: 30_000, strikes: 3, expiresMs: minute, endpoint: { check } },
        },
      ],
      clock: small.clock,
      outages: {
        failed: async (_watch, { strikes, problem: { code } }) => {
          found.push(`${strikes} ${code}`);
        },
        recovered: async () => undefined,
      },
      counts: { checked: () => undefined },
      log: () => undefined,
    });
    loop.start();
    await small.clock.passes(10 * minute);
    expect(found.slice(0, 2)).toEqual(['3 WATCH_STUCK', '4 WATCH_STUCK']);
    const closing = loop.close();
    await small.clock.passes(3 * minute);
    await closing;
  });
});

describe('many watches', () => {
  it('ask so many at a time, whatever hangs, and each in its turn', async () => {
    const small = await startSmallBot();
    let under = 0;
    let most = 0;
    const asked = new Map<string, number>();
    const loop = createWatchesLoop({
      watches: Array.from({ length: 30 }, (_, index) => ({
        ...{ name: `w-${index}`, service: 'checkout', environment: 'production' },
        ...({ severity: 'critical', line: 'restart checkout env=production' } as const),
        ...{ everyMs: 30_000, strikes: 3, expiresMs: minute },
        endpoint: {
          async check() {
            under += 1;
            most = Math.max(most, under);
            asked.set(`w-${index}`, (asked.get(`w-${index}`) ?? 0) + 1);
            await new Promise<void>((resolve) => small.clock.after(10_000, resolve));
            under -= 1;
            return undefined;
          },
        },
      })),
      clock: small.clock,
      outages: { failed: async () => undefined, recovered: async () => undefined },
      counts: { checked: () => undefined },
      log: () => undefined,
    });
    loop.start();
    await small.clock.passes(10 * minute);
    expect(most).toBe(8);
    expect(asked.size).toBe(30);
    expect(Math.min(...asked.values())).toBeGreaterThan(10);
    const closing = loop.close();
    await small.clock.passes(minute);
    await closing;
  });
});
