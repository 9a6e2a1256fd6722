import { describe, expect, it } from 'vitest';
import { rule } from '../core/operation/sample.ts';
import { type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

/** Ana asks and ben approves; then the process ends, and nothing has begun. */
async function approvedByBen(
  needed: number,
): Promise<{ first: SmallBot; options: SmallBotOptions }> {
  const options: SmallBotOptions = {
    rules: [
      rule({ match: { risk: ['change'] }, places: [{ count: needed, from: 'all' }] }),
      rule({ match: { risk: ['incident', 'read'] }, places: [] }),
    ],
    groups: [
      { name: 'sre', members: ['ana'], directories: [] },
      { name: 'all', members: ['ben', 'cleo'], directories: [] },
    ],
  };
  const first = await startSmallBot(options);
  await first.says('ana', 'restart checkout env=production');
  const { id, hash = '' } = operationOf(first);
  await first.says('ben', `approve ${id} ${hash.slice(0, 10)}`);
  return { first, options };
}

function operationOf({ bot }: SmallBot) {
  const [held] = bot.engine.readings.operations.values();
  if (!held) throw new Error('nothing was asked');
  return held.state;
}

async function startedAnew(from: SmallBot, options: SmallBotOptions): Promise<SmallBot> {
  const second = await startSmallBot({ ...options, from });
  second.bot.start([]);
  await second.clock.passes(3000);
  return second;
}

describe('an approval of somebody whom the configuration names no more', () => {
  it.each([
    [1, 'approved'],
    [2, 'waiting'],
  ] as const)(
    'of the %i that are wanted is asked again when Tocsin starts',
    async (needed, was) => {
      const { first, options } = await approvedByBen(needed);
      expect(operationOf(first)).toMatchObject({ status: was, approvals: [{}] });
      const second = await startedAnew(first, { ...options, without: 'ben' });
      expect(operationOf(second)).toMatchObject({ status: 'waiting', approvals: [] });
      const withdrawn = second.journal.all
        .map(({ event }) => event)
        .filter(({ type }) => type === 'ApprovalWithdrawn');
      expect(withdrawn).toMatchObject([
        { person: 'ben', because: { code: 'APPROVER_LEFT', facts: { person: 'ben' } } },
      ]);
    },
  );

  it('leaves those of everybody else where they are', async () => {
    const { first, options } = await approvedByBen(2);
    const second = await startedAnew(first, { ...options, without: 'cleo' });
    expect(operationOf(second)).toMatchObject({
      status: 'waiting',
      approvals: [{ evidence: { person: 'ben' } }],
    });
  });
});
