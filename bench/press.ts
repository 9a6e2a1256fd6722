import { plansShown, startChats } from './support/chats.ts';
import { percentile, round, say } from './support/figures.ts';
import { inFolder } from './support/process.ts';
import { startShop } from './support/shop.ts';

const presses = Number(process.env['BENCH_PRESSES'] ?? 300);
/** The first ones load code. */
const warmUp = 20;

/**
 * From a press to its acknowledgement, as Slack and Discord measure it, one at a time: what was pressed is on disk in
 * between. The button is that of one's own plan, which is refused and stays.
 */
export async function press(): Promise<object> {
  const chats = await startChats();
  try {
    return await inFolder(async (folder) => {
      const shop = await startShop(folder, ['checkout'], chats.options);
      try {
        await shop.ana.says('', 'rollback checkout env=production');
        const { slack, discord } = await plansShown(chats);
        const inSlack: number[] = [];
        const inDiscord: number[] = [];
        for (let turn = 0; turn < presses + warmUp; turn += 1) {
          inSlack.push((await chats.inSlack.ana.presses('Approve', slack)).ackMs ?? Infinity);
          const began = performance.now();
          const asked = await chats.inDiscord.ana.presses(discord, 'Approve').answered;
          inDiscord.push(asked.outcome === 'failed' ? Infinity : performance.now() - began);
        }
        const unanswered = chats.slack.unacknowledged().length + chats.discord.failed().length;
        return {
          bench: 'press',
          slack_ack_ms: figures('slack', inSlack),
          discord_ack_ms: figures('discord', inDiscord),
          unanswered,
        };
      } finally {
        await shop.close();
      }
    });
  } finally {
    await chats.close();
  }
}

function figures(name: string, all: readonly number[]) {
  const [first = Number.NaN] = all;
  const times = all.slice(warmUp);
  say(`${name}: first ${round(first)} ms, max ${round(Math.max(...times))} ms of ${times.length}`);
  return { p50: round(percentile(times, 50)), p99: round(percentile(times, 99)) };
}
