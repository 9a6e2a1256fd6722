import { describe, expect, it } from 'vitest';
import { createArchiveLoop } from '../../../src/bot/loops/archive.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** A journal of which each look takes so many events, or that refuses. */
function world(turns: readonly (number | Error)[]) {
  const clock = stillClock();
  const did: string[] = [];
  const left = [...turns];
  const loop = createArchiveLoop({
    clock,
    async archive() {
      const turn = left.shift() ?? 0;
      did.push('archive');
      if (turn instanceof Error) throw turn;
      return turn;
    },
    async prune() {
      did.push('prune');
      return 0;
    },
    log: (message) => did.push(message),
  });
  return { clock, did, loop };
}

describe('what is old', () => {
  it('leaves the journal some minutes after a start, then once a day', async () => {
    const { clock, did, loop } = world([7, 0]);
    loop.start();
    await clock.passes(9 * minute);
    expect(did).toEqual([]);
    await clock.passes(minute);
    expect(did).toEqual(['archive', 'old payloads were archived', 'prune']);
    await clock.passes(day - minute);
    expect(did).toHaveLength(3);
    await clock.passes(minute);
    expect(did.slice(3)).toEqual(['archive', 'prune']);
  });

  it('that could not leave is tried again the next day, and blobs go all the same', async () => {
    const { clock, did, loop } = world([new Error('the disk is full'), 3]);
    loop.start();
    await clock.passes(10 * minute);
    expect(did).toEqual(['archive', 'old payloads were not archived', 'prune']);
    await clock.passes(day);
    expect(did.slice(3)).toEqual(['archive', 'old payloads were archived', 'prune']);
  });

  it('stays once the bot ends', async () => {
    const { clock, did, loop } = world([]);
    loop.start();
    await loop.close();
    await clock.passes(2 * day);
    expect([did, clock.waiting()]).toEqual([[], 0]);
  });
});
