import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/bot/engine.ts';
import type { PolicyRule } from '../../src/core/operation/policy.ts';
import { cardText } from '../../src/core/view/text.ts';
import { approved, ben, plan, rule, sha256, step, T0 } from '../core/operation/sample.ts';
import { createMemoryJournal } from '../fakes/memory-journal.ts';
import { createOneTarget } from '../fakes/one-target.ts';
import { drafted, type SmallBot, startSmallBot } from '../fakes/small-bot.ts';

const minute = 60_000;
const line = 'restart checkout env=production';

/** Approved by being asked, so that what is asked begins at once unless its rule is full. */
function limited(limit: { perHour?: number; concurrent?: number }): readonly PolicyRule[] {
  const limits = [{ rule: 'r1', where: 'tocsin.yaml:41', ...limit }];
  return [rule({ match: { risk: ['change'] }, limits })];
}

async function started(rules: readonly PolicyRule[], from?: SmallBot): Promise<SmallBot> {
  const small = await startSmallBot({ rules, ...(from && { from }) });
  small.bot.start([]);
  return small;
}

async function asked(small: SmallBot): Promise<string> {
  await small.says('ana', line);
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

async function approves(small: SmallBot, operation: string): Promise<void> {
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
  await small.clock.passes(2000);
}

async function statusOf(small: SmallBot, operation: string) {
  return (await small.bot.engine.operation(operation))?.status;
}

async function cardOf(small: SmallBot, operation: string): Promise<string> {
  const thread = await small.bot.threads.desired(operation);
  return thread ? cardText(thread.root) : '';
}

describe('a rule that lets one begin in an hour', () => {
  it('refuses to plan another within it, and says from when on', async () => {
    const small = await started(limited({ perHour: 1 }));
    await approves(small, await asked(small));
    expect(small.types('limit/r1')).toEqual(['RunCounted', 'RunOver']);
    expect(await small.says('ana', line)).toContain('QUOTA_PER_HOUR');
    const refusal = small.journal.all.findLast(({ event }) => event.type === 'OperationRefused');
    expect(refusal?.event).toMatchObject({
      problem: { facts: { max: 1, rule: 'tocsin.yaml:41' } },
    });
    await small.clock.passes(60 * minute);
    expect(await small.says('ana', line)).not.toContain('QUOTA_PER_HOUR');
  });

  it('keeps the second of two that were approved waiting, says so on its card, and lets it begin by itself', async () => {
    const small = await startSmallBot({ rules: [{ ...longRule, match: { risk: ['change'] } }] });
    small.bot.start([]);
    const [first, second] = [await asked(small), await asked(small)];
    await approves(small, first);
    await approves(small, second);
    expect(await statusOf(small, first)).toBe('done');
    expect(await statusOf(small, second)).toBe('approved');
    expect(await cardOf(small, second)).toContain('lets 1 begin within an hour: begins at');
    await small.clock.passes(58 * minute);
    expect(await statusOf(small, second)).toBe('approved');
    await small.clock.passes(4 * minute);
    expect(await statusOf(small, second)).toBe('done');
  });

  it('remembers it after the process began anew', async () => {
    const rules = limited({ perHour: 1 });
    const first = await started(rules);
    await approves(first, await asked(first));
    const second = await started(rules, first);
    expect(await second.says('ana', line, { cause: 'later' })).toContain('QUOTA_PER_HOUR');
  });
});

const longRule = rule({
  limits: [{ rule: 'r1', where: 'tocsin.yaml:41', perHour: 1 }],
  expiresMs: 120 * minute,
});

describe('a rule that lets one run at a time', () => {
  /** Each operation writes to a target of its own, so that no lock keeps them apart, and is verified when the test says. */
  async function begun() {
    if (!drafted.ok) throw new Error('nothing is drafted');
    const fine = drafted;
    const verify = { done: false };
    const progress = { state: 'progress', progress: { done: 0, of: 1, what: 'pods' } } as const;
    const small = await startSmallBot({
      rules: limited({ concurrent: 1 }),
      target: createOneTarget({ observe: () => (verify.done ? undefined : progress) }),
      draft: async (operation) => {
        const own = { id: `kubernetes/eu-1/${operation}`, identity: operation };
        return { ...fine, targets: [own], steps: [step('s1', { target: own })] };
      },
    });
    small.bot.start([]);
    return { small, verify };
  }

  it('does not plan beside one that is under way, and names it', async () => {
    const { small } = await begun();
    const first = await asked(small);
    await approves(small, first);
    expect(await statusOf(small, first)).toBe('verifying');
    expect(await small.says('ana', line)).toContain('QUOTA_CONCURRENT');
    const refusal = small.journal.all.findLast(({ event }) => event.type === 'OperationRefused');
    expect(refusal?.event).toMatchObject({ problem: { facts: { operations: first } } });
  });

  it('keeps what was approved meanwhile waiting, and lets it begin when the other has ended', async () => {
    const { small, verify } = await begun();
    const [first, second] = [await asked(small), await asked(small)];
    await approves(small, first);
    await approves(small, second);
    expect(await statusOf(small, second)).toBe('approved');
    expect(await cardOf(small, second)).toContain(`lets 1 run at a time: waits for \`${first}\``);
    verify.done = true;
    await small.clock.passes(5000);
    expect(await statusOf(small, first)).toBe('done');
    expect(await statusOf(small, second)).toBe('done');
  });
});

describe('operations that would begin at the same moment', () => {
  it('are not more than the rule lets, in however many processes', async () => {
    const journal = createMemoryJournal({ now: () => T0 });
    const engines = [0, 1].map(() => {
      const own = journal.elsewhere();
      const engine = createEngine({ journal: own, now: () => T0, sha256 });
      own.onAppended((recorded) => {
        for (const each of recorded) engine.took(each);
      });
      return engine;
    });
    const limits = [{ rule: 'r1', where: 'tocsin.yaml:41', perHour: 3 }];
    const ids = Array.from({ length: 8 }, (_, index) => `op-${index}`);
    for (const id of ids) {
      // A target each, so that no lock keeps them apart.
      const own = plan({ operation: id, targets: [], steps: [] });
      const past = approved({ plan: own, rule: { limits } });
      await journal.append([{ stream: `operation/${id}`, expectedVersion: 0, events: past }], {
        cause: id,
        by: 'ana',
      });
    }
    await Promise.all(
      ids.map((id, index) =>
        engines[index % 2]?.tellOperation(
          id,
          { type: 'Begin', at: T0, standing: [ben], policy: 'policy-1' },
          { cause: `${id}/begin`, by: 'tocsin' },
        ),
      ),
    );
    const types = journal.all.map(({ event }) => event.type);
    expect(types.filter((type) => type === 'OperationStarted')).toHaveLength(3);
    expect(types.filter((type) => type === 'RunCounted')).toHaveLength(3);
  });
});
