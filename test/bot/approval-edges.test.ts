import { describe, expect, it } from 'vitest';
import { rule } from '../core/operation/sample.ts';
import { type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

const minute = 60_000;
const everybody = [{ name: 'sre', members: ['ana', 'ben', 'cleo'], directories: [] }] as const;

async function started(more: SmallBotOptions = {}): Promise<SmallBot> {
  const small = await startSmallBot({ groups: everybody, ...more });
  small.bot.start([]);
  return small;
}

async function asks(small: SmallBot, line = 'restart checkout env=production'): Promise<string> {
  await small.says('ana', line);
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

let presses = 0;

async function pressesApprove(
  small: SmallBot,
  person: string,
  operation: string,
  more: { readonly hash?: string; readonly cause?: string } = {},
): Promise<string> {
  presses += 1;
  const cause = more.cause ?? `press/${presses}`;
  const hash = more.hash ?? (await small.bot.engine.operation(operation))?.hash ?? '';
  const answer = await small.bot.dispatch.press({
    press: { kind: 'approve', operation, hash },
    actor: { surface: 'console', account: person },
    incident: '',
    cause,
    shown: { digest: 'd', fresh: true },
  });
  return JSON.stringify(answer.card);
}

function given(small: SmallBot, operation: string): number {
  const types = small.types(`operation/${operation}`);
  return types.filter((type) => type === 'ApprovalGiven').length;
}

describe('an approval', () => {
  it('pressed twice, or delivered twice, is one', async () => {
    const two = rule({ match: { risk: ['change'] }, places: [{ count: 2, from: 'sre' }] });
    const small = await started({ rules: [two] });
    const operation = await asks(small);
    await pressesApprove(small, 'ben', operation, { cause: 'once' });
    await pressesApprove(small, 'ben', operation, { cause: 'once' });
    expect(await pressesApprove(small, 'ben', operation)).toContain('already');
    expect(given(small, operation)).toBe(1);
    expect((await small.bot.engine.operation(operation))?.status).toBe('waiting');
  });

  it('by two people at the same moment is one, and the plan runs once', async () => {
    const small = await started();
    const operation = await asks(small);
    const answers = await Promise.all([
      pressesApprove(small, 'ben', operation),
      pressesApprove(small, 'cleo', operation),
    ]);
    expect(answers.filter((answer) => answer.includes('OPERATION_NOT_WAITING'))).toHaveLength(1);
    await small.clock.passes(3000);
    expect(given(small, operation)).toBe(1);
    expect(small.target.writes).toHaveLength(1);
  });

  it('after the expiry counts for nothing, whoever was late to say that it expired', async () => {
    const small = await startSmallBot({ groups: everybody });
    const operation = await asks(small);
    await small.clock.passes(31 * minute);
    expect(await pressesApprove(small, 'ben', operation)).toContain('PLAN_EXPIRED');
    expect(given(small, operation)).toBe(0);
  });

  it('on an old card, on an edited button and of nothing that there is counts for nothing', async () => {
    const small = await started();
    const old = await asks(small);
    const oldHash = (await small.bot.engine.operation(old))?.hash ?? '';
    await small.says('ana', `cancel ${old}`);
    const operation = await asks(small);
    expect(await pressesApprove(small, 'ben', old)).toContain('OPERATION_NOT_WAITING');
    expect(await pressesApprove(small, 'ben', operation, { hash: oldHash })).toContain(
      'PLAN_HASH_DIFFERS',
    );
    const short = { hash: oldHash.slice(0, 10) };
    expect(await pressesApprove(small, 'ben', operation, short)).toContain('PLAN_HASH_DIFFERS');
    expect(await pressesApprove(small, 'ben', 'op-0000000000')).toContain('OPERATION_NOT_FOUND');
    expect(given(small, operation)).toBe(0);
  });

  it('of somebody who has left by then does not let it begin', async () => {
    const small = await started();
    const operation = await asks(small);
    await small.says('cleo', 'read-only on reason="wait a moment"');
    await pressesApprove(small, 'ben', operation);
    await small.clock.passes(2000);
    expect((await small.bot.engine.operation(operation))?.status).toBe('approved');
    await small.bot.close();
    const without = [{ name: 'sre', members: ['ana', 'cleo'], directories: [] }];
    const after = await started({ from: small, groups: without });
    await after.clock.passes(3000);
    expect(await after.bot.engine.operation(operation)).toMatchObject({
      status: 'stale',
      problem: { code: 'APPROVAL_NO_LONGER_COUNTS' },
    });
    expect(after.target.writes).toEqual([]);
  });
});
