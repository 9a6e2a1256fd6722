import { connectDiscord } from '../../../src/bot/surfaces/discord/index.ts';
import { type Fault, startFakeDiscord } from '../../fakes/discord/index.ts';
import type { TurningClock } from '../../fakes/turning-clock.ts';
import type { FailingPlatform } from './failing.ts';

const faults: readonly Fault[] = [
  { kind: 'rate limited', retryAfterS: 2 },
  { kind: 'server error' },
  { kind: 'reset' },
  { kind: 'timeout' },
  { kind: 'answer lost' },
  { kind: 'late', ms: 10_000 },
  { kind: 'slow', ms: 2000 },
];

export async function failingDiscord(clock: TurningClock): Promise<FailingPlatform> {
  const discord = await startFakeDiscord({ clock });
  const guild = discord.addGuild('Shop');
  const ops = guild.addChannel('ops');
  const calmPlace = guild.addChannel('calm');
  const metrics = {
    acknowledged: () => undefined,
    called: () => undefined,
    refused: () => undefined,
  };

  const read = (ref: string) => {
    const all = calmPlace
      .messages()
      .flatMap((message) => [message, ...(message.thread?.messages() ?? [])]);
    return all.find(({ id }) => ref.endsWith(id))?.text ?? ref;
  };

  return {
    name: 'discord/main',
    clock,
    place: 'ops',
    connect: ({ desk, log }) =>
      connectDiscord({
        ...{ desk, clock, log, metrics },
        name: 'discord/main',
        guild: guild.id,
        application: discord.applicationId,
        token: discord.token,
        mode: 'gateway',
        api: discord.api,
        timeoutMs: 5000,
        random: () => 0,
      }),
    fails: (share, seed) =>
      share > 0 ? discord.outage.failShare(share, faults, seed) : discord.outage.ends(),
    suffered: discord.outage.suffered,
    threads: () =>
      ops
        .messages()
        // Discord itself tells the channel of a thread that was started later.
        .filter(({ byBot, embeds }) => byBot && embeds.length > 0)
        .map((message) => ({
          root: message.text,
          below: (message.thread?.messages() ?? [])
            .filter(({ byBot }) => byBot)
            .map(({ text }) => text),
        })),
    calm: { place: 'calm', reads: read },
    close: () => discord.close(),
  };
}
