import { describe, expect, it } from 'vitest';
import { cardText, plain } from '../../src/core/view/text.ts';
import { homeOf, waitsFor as waitsOf } from '../../src/handlers/home.ts';
import { rule } from '../core/operation/sample.ts';
import { type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

const hour = 3_600_000;
const why = 'reason="checkout is down, nobody answers"';
const alone = rule({
  match: { risk: ['change'] },
  places: [{ count: 2, from: 'sre' }],
  breakGlass: { from: ['sre'], perDay: 1 },
});
const others = rule({ match: { risk: ['incident', 'read'] }, places: [] });
const rules = [alone, others];

async function started(options: SmallBotOptions = {}): Promise<SmallBot> {
  const small = await startSmallBot({ rules, ...options });
  small.bot.start([]);
  return small;
}

async function asked(small: SmallBot, incident = ''): Promise<string> {
  await small.says('ana', 'restart checkout env=production', { incident });
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

async function breaks(small: SmallBot, operation: string, person = 'ana'): Promise<string> {
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  const answer = await small.says(person, `break-glass ${operation} ${hash.slice(0, 10)} ${why}`);
  await small.clock.passes(2000);
  return answer;
}

async function statusOf(small: SmallBot, operation: string) {
  return (await small.bot.engine.operation(operation))?.status;
}

describe('whoever is alone', () => {
  it('runs what they asked for themselves, on a record without any approval', async () => {
    const small = await started();
    const operation = await asked(small);
    await breaks(small, operation);
    expect(await statusOf(small, operation)).toBe('done');
    expect(small.target.writes).toHaveLength(1);
    const types = small.types(`operation/${operation}`);
    expect(types).toContain('GlassBroken');
    expect(types).not.toContain('ApprovalGiven');
    expect(types).not.toContain('OperationApproved');
    expect(small.types('glass/ana')).toEqual(['GlassCounted']);
  });

  it('may do so as often as the rule says and no more, whatever becomes of the process', async () => {
    const small = await started();
    await breaks(small, await asked(small));
    const second = await asked(small);
    expect(await breaks(small, second)).toContain('GLASS_USED_UP');
    await small.bot.close();
    const after = await started({ from: small });
    expect(await breaks(after, second)).toContain('GLASS_USED_UP');
    expect(small.target.writes).toHaveLength(1);
  });

  it('at the same moment with two plans gets one through', async () => {
    const small = await started();
    const plans = [await asked(small), await asked(small)];
    const answers = await Promise.all(plans.map((operation) => breaks(small, operation)));
    expect(answers.filter((answer) => answer.includes('GLASS_USED_UP'))).toHaveLength(1);
    expect(small.types('glass/ana')).toEqual(['GlassCounted']);
  });

  it('is refused where the rule has no glass', async () => {
    const { breakGlass: _, ...closed } = alone;
    const small = await started({ rules: [closed, others] });
    const operation = await asked(small);
    expect(await breaks(small, operation)).toContain('GLASS_NOT_ALLOWED');
    expect(await statusOf(small, operation)).toBe('waiting');
    const thread = await small.bot.threads.desired(operation);
    expect(thread && cardText(thread.root)).not.toContain('glass');
  });

  it('reads on the card that it can be done, and by whom', async () => {
    const small = await started();
    const thread = await small.bot.threads.desired(await asked(small));
    expect(thread && cardText(thread.root)).toContain('sre may break the glass');
    expect(thread?.root.actions.map(({ label }) => label)).toContain('Break the glass…');
  });

  it('is refused by a deny rule that names it', async () => {
    const deny = {
      kind: 'deny',
      where: 'tocsin.yaml:3',
      match: { verb: ['break-glass'] },
    } as const;
    const small = await started({ rules: [deny, ...rules] });
    expect(await breaks(small, await asked(small))).toContain('POLICY_DENIED');
  });
});

describe('a broken glass', () => {
  it('goes over a freeze that stood when it was broken', async () => {
    const small = await started();
    await small.says('ben', 'freeze checkout for=2h reason=audit');
    const operation = await asked(small);
    expect(await statusOf(small, operation)).toBe('waiting');
    await breaks(small, operation);
    expect(await statusOf(small, operation)).toBe('done');
    expect(small.bot.engine.halts().freezes).toHaveLength(1);
  });

  it('never goes over read-only', async () => {
    const small = await started();
    const operation = await asked(small);
    await small.says('ben', 'read-only on reason="wrong cluster"');
    await breaks(small, operation);
    expect(await statusOf(small, operation)).toBe('approved');
    expect(small.target.writes).toEqual([]);
    const thread = await small.bot.threads.desired(operation);
    expect(thread && cardText(thread.root)).toContain('Not approved: the glass was broken.');
  });

  it('says so for ever on the card, and calls whoever could have approved', async () => {
    const small = await started();
    const incident = await small.declares();
    const operation = await asked(small, incident);
    await breaks(small, operation);
    const thread = await small.bot.threads.desired(incident);
    const card = thread?.entries.find(({ key }) => key === `operation/${operation}`);
    if (card?.kind !== 'card') throw new Error('no card');
    expect(cardText(card.card)).toMatch(/BROKEN GLASS by ana.*checkout is down, nobody answers/s);
    expect(cardText(card.card)).toContain('REVIEW DUE');
    const line = thread?.entries.find(({ key }) => key === `glass/${operation}`);
    if (line?.kind !== 'line') throw new Error('no line');
    expect(plain(line.text)).toContain('without approval: checkout is down');
    expect(line.text).toContainEqual({
      kind: 'notify',
      group: 'sre',
      people: ['ana', 'ben', 'gone'],
    });
  });

  it('is reviewed by somebody else, and stays at hand until then', async () => {
    const small = await started();
    const operation = await asked(small);
    await breaks(small, operation);
    await small.clock.passes(3 * hour);
    expect(small.bot.engine.readings.operations.has(operation)).toBe(true);
    expect(await small.says('ana', `review ${operation} ok comment=fine`)).toContain('REVIEW_OWN');
    expect(await small.says('cleo', `review ${operation} ok comment=fine`)).toContain(
      'NOT_A_REVIEWER',
    );
    await small.says('ben', `review ${operation} not-ok comment="a rollback was better"`);
    const thread = await small.bot.threads.desired(operation);
    const card = thread ? cardText(thread.root) : '';
    expect(card).toMatch(/REVIEWED by ben.*IT WAS NOT RIGHT: a rollback was better/s);
    expect(card).toContain('BROKEN GLASS by ana');
    await small.clock.passes(2 * hour);
    expect(small.bot.engine.readings.operations.has(operation)).toBe(false);
  });
});

describe('what waits for somebody', () => {
  it('is a plan that they could approve, and afterwards the review of its glass', async () => {
    const small = await started();
    const operation = await asked(small);
    const waitsFor = (person: string) =>
      waitsOf(small.bot.desk, { surface: 'console', account: person });
    const line = 'restart checkout env=production';
    const page = { thread: operation, line, operation };
    expect(await waitsFor('ben')).toEqual([{ what: 'approve', ...page }]);
    expect(await waitsFor('ana')).toEqual([]);
    await breaks(small, operation);
    expect(await waitsFor('ben')).toEqual([{ what: 'review', ...page }]);
    expect(await waitsFor('ana')).toEqual([]);
    expect(await waitsFor('nobody')).toEqual([]);
    const home = await homeOf(small.bot.desk, { surface: 'console', account: 'ben' });
    expect(cardText(home)).toContain('Waits for your review');
    await small.says('ben', `review ${operation} ok comment=fine`);
    expect(await waitsFor('ben')).toEqual([]);
  });
});
