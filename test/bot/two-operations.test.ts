import { describe, expect, it } from 'vitest';
import type { LiveJournal } from '../../src/bot/bot-parts.ts';
import { createEngine } from '../../src/bot/engine.ts';
import { createOperationsLoop } from '../../src/bot/loops/operations.ts';
import {
  approvalGiven,
  asked,
  ben,
  operationApproved,
  planned,
  sha256,
} from '../core/operation/sample.ts';
import { createMemoryJournal } from '../fakes/memory-journal.ts';
import { createOneTarget } from '../fakes/one-target.ts';
import { stillClock } from '../fakes/still-clock.ts';

/**
 * Every call to the journal and to the target waits twice until it is let through, and a seeded draw says who is next:
 * whatever may happen between two awaits does, sooner or later.
 */
describe('two operations on one target, interleaved at every await', () => {
  it('write one after the other in one process', async () => {
    for (let seed = 1; seed <= 300; seed += 1) await play(seed, 1);
  });

  it('write one after the other though two processes look after both and none holds a fence', async () => {
    for (let seed = 1; seed <= 300; seed += 1) await play(seed, 2);
  });
});

const operations = ['op-1', 'op-2'];

async function play(seed: number, processes: number): Promise<void> {
  const order = createOrder(seed);
  const clock = stillClock();
  const journal = createMemoryJournal({ now: clock.now, gate: order.gate });
  const target = createOneTarget({ gate: order.gate });
  const running = Array.from({ length: processes }, () =>
    process(journal.elsewhere(), target, clock),
  );
  for (const { engine } of running) {
    for (const id of operations) void engine.operation(id);
  }
  const filled = fill(journal);
  await order.play();
  await filled;
  for (let round = 0; round < 10; round += 1) {
    for (const { loop } of running) for (const id of operations) loop.wake(id);
    await order.play();
    await clock.passes(500);
    await order.play();
  }

  const story = journal.all.map(({ stream, event }) => `${stream} ${event.type}`);
  const told = `seed ${seed}: ${story.join(', ')}`;
  expect(target.overlaps, told).toEqual([]);
  expect(target.writes.toSorted(), told).toEqual(['op-1/s1', 'op-2/s1']);
  expect(
    story.filter((each) => each.endsWith('StepIntended')),
    told,
  ).toHaveLength(2);
  expect(
    story.filter((each) => each.endsWith('OperationSucceeded')),
    told,
  ).toHaveLength(2);
  const locks = story
    .filter((each) => each.startsWith('target/'))
    .map((each) => each.split(' ')[1]);
  expect(locks, told).toEqual(['TargetLocked', 'TargetReleased', 'TargetLocked', 'TargetReleased']);
}

function process(
  journal: LiveJournal,
  target: ReturnType<typeof createOneTarget>,
  clock: ReturnType<typeof stillClock>,
) {
  const engine = createEngine({ journal, now: clock.now, sha256 });
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  const loop = createOperationsLoop({
    engine,
    clock,
    ownership: { claim: async (partition) => ({ partition, token: 1 }) },
    driver: async () => target.driver,
    standing: async () => [ben],
    policyDigest: () => 'policy-1',
    verdict: async () => undefined,
    pollMs: 500,
    log: () => undefined,
  });
  engine.onChange(({ kind, id }) => {
    if (kind === 'operation') loop.wake(id);
    if (kind === 'target') for (const each of operations) loop.wake(each);
  });
  return { engine, loop };
}

async function fill(journal: LiveJournal): Promise<void> {
  for (const id of operations) {
    const story = { plan: { operation: id } };
    const events = [asked, planned(story), approvalGiven(ben, story), operationApproved(story)];
    await journal.append([{ stream: `operation/${id}`, expectedVersion: 0, events }], {
      cause: `given/${id}`,
      by: 'test',
    });
  }
}

function createOrder(seed: number) {
  const waiting: (() => void)[] = [];
  let state = seed * 2654435761;
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return {
    gate: () => new Promise<void>((resolve) => waiting.push(resolve)),
    /** Until nobody waits any more. */
    async play() {
      for (let idle = 0; idle < 5; ) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        const [next] = waiting.splice(draw(waiting.length), 1);
        idle = next ? 0 : idle + 1;
        next?.();
      }
    },
  };
}
