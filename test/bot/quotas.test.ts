import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/bot/engine.ts';
import { asked, hashOf, plan, rule, sha256, T0 } from '../core/operation/sample.ts';
import { createMemoryJournal } from '../fakes/memory-journal.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';

const line = 'restart checkout env=production';

async function idsOf(small: SmallBot): Promise<readonly string[]> {
  const states = [...small.bot.engine.readings.operations.values()].map(({ state }) => state);
  return states.filter(({ status }) => status === 'waiting').map(({ id }) => id);
}

async function three(small: SmallBot): Promise<readonly string[]> {
  for (let count = 0; count < 3; count += 1)
    expect(await small.says('ana', line)).toContain('plan');
  return idsOf(small);
}

describe('a requester', () => {
  it('has three plans waiting at most, and is told which and when one is free', async () => {
    const small = await startSmallBot();
    const waiting = await three(small);
    expect(await small.says('ana', line)).toContain('PLANS_PENDING');
    const refusal = small.journal.all.findLast(({ event }) => event.type === 'OperationRefused');
    expect(refusal?.event).toMatchObject({
      problem: {
        facts: {
          operations: waiting.join(', '),
          max: 3,
          free: new Date(T0 + 30 * 60_000).toISOString(),
        },
      },
    });
    expect(await idsOf(small)).toEqual(waiting);
  });

  it('does not use up the plans of others', async () => {
    const small = await startSmallBot();
    await three(small);
    await small.says('ben', `${line} another=yes`);
    expect(await idsOf(small)).toHaveLength(4);
  });

  it('may ask again once one was cancelled', async () => {
    const small = await startSmallBot();
    const [first = ''] = await three(small);
    await small.says('ana', `cancel ${first}`);
    expect(await small.says('ana', line)).not.toContain('PLANS_PENDING');
    expect(await small.says('ana', line)).toContain('PLANS_PENDING');
  });

  it('may ask again once one has expired, whoever was late to say so', async () => {
    const small = await startSmallBot();
    await three(small);
    await small.clock.passes(30 * 60_000);
    expect(await small.says('ana', line)).not.toContain('PLANS_PENDING');
  });

  it('has as many after the process began anew', async () => {
    const first = await startSmallBot();
    await three(first);
    const second = await startSmallBot({ from: first });
    expect(await second.says('ana', line, { cause: 'later' })).toContain('PLANS_PENDING');
  });

  it('is counted once for a request that arrives twice', async () => {
    const small = await startSmallBot();
    for (let count = 0; count < 5; count += 1) await small.says('ana', line, { cause: 'the same' });
    expect(small.types('quota/ana')).toEqual(['PlanCounted']);
  });
});

describe('plans that are made at the same moment', () => {
  it('are not more than there may be, in however many processes', async () => {
    const journal = createMemoryJournal({ now: () => T0 });
    const engines = [0, 1].map(() => {
      const own = journal.elsewhere();
      const engine = createEngine({ journal: own, now: () => T0, sha256, pendingMax: () => 3 });
      own.onAppended((recorded) => {
        for (const each of recorded) engine.took(each);
      });
      return engine;
    });
    const ids = Array.from({ length: 8 }, (_, index) => `op-${index}`);
    for (const id of ids) {
      await journal.append([{ stream: `operation/${id}`, expectedVersion: 0, events: [asked] }], {
        cause: id,
        by: 'ana',
      });
    }
    await Promise.all(
      ids.map((id, index) =>
        engines[index % 2]?.tellOperation(
          id,
          { type: 'Plan', plan: plan({ operation: id }), hash: hashOf(), rule: rule() },
          { cause: `${id}/plan`, by: 'tocsin' },
        ),
      ),
    );
    const types = journal.all.map(({ event }) => event.type);
    expect(types.filter((type) => type === 'OperationPlanned')).toHaveLength(3);
    expect(types.filter((type) => type === 'OperationRefused')).toHaveLength(5);
  });
});
