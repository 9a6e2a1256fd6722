import { describe, expect, it } from 'vitest';
import { createIdentify } from '../../../src/bot/surfaces/discord/identify.ts';
import { atRest, stillClock } from '../../fakes/still-clock.ts';

describe('new sessions', () => {
  it('are begun at once while they are few, five seconds apart', async () => {
    const clock = stillClock();
    const identify = createIdentify(clock);
    const { signal } = new AbortController();
    await identify.wait(signal);
    let second = false;
    const waiting = identify.wait(signal).then(() => {
      second = true;
    });
    await clock.passes(4_999);
    expect(second).toBe(false);
    await clock.passes(1);
    await waiting;
    expect(second).toBe(true);
  });

  it('never come near the thousand a day that have the token reset', async () => {
    const clock = stillClock();
    const identify = createIdentify(clock);
    const ends = clock.now() + 24 * 60 * 60_000;
    let begun = 0;
    let going = true;
    const circle = (async () => {
      while (going) {
        await identify.wait(new AbortController().signal);
        begun += 1;
      }
    })();
    while (clock.now() < ends) await clock.passes(60_000);
    going = false;
    await clock.passes(4 * 60_000);
    await circle;
    expect(begun).toBeGreaterThan(400);
    expect(begun).toBeLessThan(520);
  });

  it('are not waited for by a connection that is gone', async () => {
    const clock = stillClock();
    const identify = createIdentify(clock);
    await identify.wait(new AbortController().signal);
    const gone = new AbortController();
    const waiting = identify.wait(gone.signal).catch((error: unknown) => error);
    gone.abort();
    await atRest();
    expect(await waiting).toMatchObject({ name: 'AbortError' });
    expect(clock.waiting()).toBe(0);
  });
});
