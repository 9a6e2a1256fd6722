import { setTimeout as delay } from 'node:timers/promises';
import { bodyMaker } from './support/bodies.ts';
import { type Chats, plansShown, startChats } from './support/chats.ts';
import { round, say } from './support/figures.ts';
import { load } from './support/load.ts';
import { inFolder, type Measured } from './support/process.ts';
import { startShop } from './support/shop.ts';
import { bearer, startTocsin, webhookPath } from './support/tocsin.ts';

const incidents = 10_000;
const idleMs = 20_000;
const connections = 64;

/**
 * What the bundle keeps of the machine's memory: idle, with a cluster in use, with both chat platforms
 * beside it, with a very bad night open.
 */
export async function memory(): Promise<object> {
  const [alone, open] = await inFolder(async (folder) => {
    const tocsin = await startTocsin({ folder });
    try {
      const idle = await rss(tocsin);
      await tenThousand(tocsin.urls.server);
      const settledMs = await tocsin.settled();
      const count = await tocsin.metric('tocsin_incidents_open');
      say(`${count} incidents open, shown after ${round(settledMs / 1000)} s`);
      return [idle, await rss(tocsin)];
    } finally {
      await tocsin.close();
    }
  });
  const cluster = await inFolder((folder) => inUse(folder));
  const chats = await startChats();
  const connected = await inFolder((folder) => inUse(folder, chats)).finally(chats.close);
  return {
    bench: 'memory',
    rss_console_only_mb: round(alone ?? Number.NaN, 0),
    rss_cluster_mb: round(cluster, 0),
    rss_connected_mb: round(connected, 0),
    rss_10k_open_mb: round(open ?? Number.NaN, 0),
  };
}

/** A health was read and a plan made; on chats, each platform shows that plan, and somebody has pressed a button there. */
async function inUse(folder: string, chats?: Chats): Promise<number> {
  const shop = await startShop(folder, ['checkout'], chats?.options);
  try {
    await shop.ana.says('', 'health checkout env=production');
    await shop.ana.says('', 'rollback checkout env=production');
    if (chats) {
      const { slack, discord } = await plansShown(chats);
      await chats.inSlack.ana.presses('Approve', slack);
      await chats.inDiscord.ana.presses(discord, 'Approve').answered;
    }
    return await rss(shop.tocsin);
  } finally {
    await shop.close();
  }
}

/** After a while of idleness; the smallest of five readings, since the collector comes when it likes. */
async function rss(measured: Measured): Promise<number> {
  await delay(idleMs);
  const readings: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    readings.push((await measured.read()).rssBytes / 1e6);
    await delay(1000);
  }
  say(`rss ${readings.map((each) => round(each, 0)).join(' ')} MB`);
  return Math.min(...readings);
}

/** Each in a group of its own, one alert each, over twenty seconds: a night, not a benchmark of the intake. */
async function tenThousand(url: string): Promise<void> {
  const maker = bodyMaker({
    alerts: 1,
    bodiesPerGroup: 1,
    connections,
    path: webhookPath,
    bearer,
    run: 1,
  });
  const sent = await load({
    url,
    connections,
    seconds: 20,
    perSecond: incidents / 20,
    next: maker.next,
  });
  say(`${sent.answered} webhooks, ${sent.errors} errors`);
}
