import { describe, expect, it } from 'vitest';
import { createSlices } from '../../src/bot/slices.ts';

/** An event loop that turns when the test says so, and work that takes a millisecond each. */
function stage(sliceMs: number) {
  let now = 0;
  let planned: (() => void)[] = [];
  const done: number[] = [];
  const slices = createSlices({ sliceMs, now: () => now, later: (work) => planned.push(work) });
  return {
    done,
    async work(number: number) {
      const pause = slices.turn();
      if (pause) await pause;
      now += 1;
      done.push(number);
    },
    async turnOver() {
      const due = planned;
      planned = [];
      for (const each of due) each();
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
    idle: () => planned.length === 0,
  };
}

describe('slices', () => {
  it('let work through at once while the slice lasts, and the rest in later turns, in order', async () => {
    const { work, turnOver, done } = stage(3);
    const all = [1, 2, 3, 4, 5, 6, 7, 8].map(work);
    expect(done).toEqual([1, 2, 3]);
    await turnOver();
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
    await turnOver();
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await Promise.all(all);
  });

  it('let nobody overtake those who wait', async () => {
    const { work, turnOver, done } = stage(1);
    const first = [1, 2].map(work);
    const late = work(3);
    await turnOver();
    await turnOver();
    expect(done).toEqual([1, 2, 3]);
    await Promise.all([...first, late]);
  });

  it('plan nothing once nothing waits', async () => {
    const { work, turnOver, idle } = stage(3);
    await work(1);
    await turnOver();
    expect(idle()).toBe(true);
  });
});
