import { describe, expect, it } from 'vitest';
import { type Channel, startChannel } from '../fakes/channel.ts';
import type { Fault } from '../fakes/chat-platform.ts';

const faults: readonly Fault[] = ['limited', 'failed', 'unheard', 'late', 'slow'];
const severities = ['critical', 'warning', 'info'] as const;

/** Thirty of a hundred calls fail for two minutes, while incidents open, change, are spoken of and end. */
describe('when the chat platform fails again and again', () => {
  it.each([1, 2, 3, 4, 5, 6])('every thread shows what it should afterwards (%i)', async (seed) => {
    const channel = await startChannel();
    await failingEvening(channel, chance(seed), { crashes: false });
    await comesToRest(channel);
    await channel.close();
  });

  it.each([7, 8, 9, 10])('also when the bot is killed in the middle of it (%i)', async (seed) => {
    const channel = await startChannel();
    await failingEvening(channel, chance(seed), { crashes: true });
    await comesToRest(channel);
    await channel.close();
  });
});

async function failingEvening(
  channel: Channel,
  next: () => number,
  { crashes }: { readonly crashes: boolean },
): Promise<void> {
  const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)];
  channel.platform.befalls(() => (next() < 0.3 ? pick(faults) : undefined));
  let opened = 0;
  for (let turn = 0; turn < 60; turn += 1) {
    if (next() < 0.2) {
      opened += 1;
      await channel.fires(`inc-${opened}`, { severity: pick(severities) ?? 'info' });
    } else if (opened > 0) {
      const incident = `inc-${1 + Math.floor(next() * opened)}`;
      await happens(channel, incident, next());
    }
    if (crashes && next() < 0.05) await channel.crashes();
    await channel.passes(Math.round(next() * 4000));
  }
  channel.platform.befalls(() => undefined);
}

async function happens(channel: Channel, incident: string, which: number): Promise<void> {
  if (which < 0.3) await channel.fires(incident, { alert: `n${which}`, severity: 'warning' });
  else if (which < 0.5) await channel.says('ana', `note "seen ${which}"`, incident);
  else if (which < 0.6) await channel.says('ben', 'ack', incident);
  else if (which < 0.7) await channel.says('ben', 'unack', incident);
  else if (which < 0.8) await channel.says('ana', 'restart', incident);
  else if (which < 0.9) await channel.says('ana', 'assign ben', incident);
  else await channel.says('ana', 'resolve "it was the cache"', incident);
}

async function comesToRest(channel: Channel): Promise<void> {
  await channel.passes(3 * 60_000);
  await channel.isInOrder();
  expect(channel.platform.roots().length).toBeGreaterThan(0);
  expect(channel.platform.answered['over the limit'] ?? 0).toBe(0);
  expect(channel.bot.readings().lanes).toMatchObject([{ givenUp: 0, lost: [], downSince: 0 }]);
  expect(channel.bot.readings().threadsWaiting).toBe(0);
}

/** The same evening for the same number. */
function chance(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
