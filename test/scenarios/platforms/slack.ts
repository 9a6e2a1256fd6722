import { connectSlack } from '../../../src/bot/surfaces/slack/index.ts';
import { uncounted } from '../../../src/cli/chats.ts';
import { type Fault, type Message, startFakeSlack } from '../../fakes/slack/index.ts';
import type { TurningClock } from '../../fakes/turning-clock.ts';
import type { FailingPlatform } from './failing.ts';

const faults: readonly Fault[] = [
  { kind: 'rate-limited', retryAfterS: 2 },
  { kind: 'server-error' },
  { kind: 'refused', error: 'internal_error' },
  { kind: 'reset' },
  { kind: 'silent' },
  { kind: 'answer-lost' },
  { kind: 'answer-withheld' },
  { kind: 'late', ms: 8000 },
  { kind: 'slow', ms: 2000 },
];

export async function failingSlack(clock: TurningClock): Promise<FailingPlatform> {
  const slack = await startFakeSlack({ clock });
  const shop = slack.workspace({ name: 'shop' });
  const ops = shop.channel('ops');
  const calmPlace = shop.channel('calm');

  const read = (ref: string): string => {
    const all = shop.roots(calmPlace).flatMap((root) => [root, ...shop.replies(root)]);
    const found = all.find(({ ts }) => ref.endsWith(ts));
    return found ? textOf(found) : ref;
  };
  const textOf = (message: Message) => shop.messageText(message);
  const isOurs = ({ bot }: Message) => bot !== undefined;

  return {
    name: 'slack/main',
    clock,
    place: '#ops',
    connect: ({ desk, log }) =>
      connectSlack({
        ...{ desk, clock, log, metrics: uncounted },
        name: 'slack/main',
        team: shop.id,
        command: '/ops',
        mode: 'socket',
        botToken: shop.botToken,
        appToken: slack.appToken,
        api: slack.apiUrl,
        // It passes by the machine's own time, of which this evening takes a few seconds.
        timeoutMs: 150,
        random: () => 0.5,
      }),
    fails: (share, seed) => {
      slack.outage.end();
      if (share > 0) slack.outage.share(share, faults, { seed });
    },
    suffered: () => [...slack.outage.met.values()].reduce((sum, count) => sum + count, 0),
    threads: () =>
      shop
        .roots(ops)
        .filter(isOurs)
        .map((root) => ({
          root: textOf(root),
          below: shop.replies(root).filter(isOurs).map(textOf),
        })),
    calm: { place: '#calm', reads: read },
    overTheLimit: () => slack.refused429(),
    close: () => slack.close(),
  };
}
