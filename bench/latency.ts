import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { besideNative } from './support/beside-native.ts';
import { bodyMaker } from './support/bodies.ts';
import { percentile, round, say } from './support/figures.ts';
import { inFolder } from './support/process.ts';
import { type Shop, startShop } from './support/shop.ts';
import { bearer, webhookPath } from './support/tocsin.ts';

const samples = Number(process.env['BENCH_SAMPLES'] ?? 400);

/**
 * From a webhook leaving its sender to the card's change leaving the bot for a browser that looks at the incident, idle.
 * Both ends are in this process, so the time includes the way there and back.
 */
export async function latency(): Promise<object> {
  const browser = await toBrowser();
  return { bench: 'latency', ...browser, ...(await besideNative()) };
}

async function toBrowser(): Promise<object> {
  return inFolder(async (folder) => {
    const shop = await startShop(folder, ['checkout']);
    try {
      const times = await measure(shop);
      say(`max ${round(Math.max(...times))} ms of ${times.length}`);
      return {
        webhook_to_chat_ms: {
          p50: round(percentile(times, 50)),
          p99: round(percentile(times, 99)),
        },
      };
    } finally {
      await shop.close();
    }
  });
}

async function measure(shop: Shop): Promise<readonly number[]> {
  const { server, console: origin } = shop.tocsin.urls;
  // One group for all: each new alert changes the card of the incident that is looked at.
  const maker = bodyMaker({
    alerts: 1,
    bodiesPerGroup: Number.POSITIVE_INFINITY,
    connections: 1,
    path: webhookPath,
    bearer,
    run: 1,
  });
  await post(server, maker.next(0));
  await delay(1000);
  const [incident = ''] = await shop.ben.incidents();
  const seen = follow(`${origin}/events?incident=${incident}`, shop.cookie);
  await delay(1000);
  const times: number[] = [];
  for (let turn = 0; turn < samples + 20; turn += 1) {
    const arrived = seen.next();
    const began = performance.now();
    const answered = post(server, maker.next(0));
    const at = await arrived;
    await answered;
    if (turn >= 20) times.push(at - began);
    await delay(400 + (turn % 7));
  }
  seen.stop();
  return times;
}

async function post(server: string, raw: Buffer): Promise<void> {
  const text = raw.toString('latin1');
  const answer = await fetch(server + webhookPath, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: text.slice(text.indexOf('\r\n\r\n') + 4),
  });
  if (!answer.ok) throw new Error(`the webhook was answered ${answer.status}`);
  await answer.text();
}

/** The event stream of a page; resolves when its root card arrives. */
function follow(url: string, cookie: string) {
  let waiting: ((at: number) => void) | undefined;
  const request = get(url, { headers: { cookie, accept: 'text/event-stream' } }, (response) => {
    if (response.statusCode !== 200)
      throw new Error(`the stream was answered ${response.statusCode}`);
    response.on('data', (chunk: Buffer) => {
      if (!chunk.includes('"thread"')) return;
      const told = waiting;
      waiting = undefined;
      told?.(performance.now());
    });
  });
  return {
    next: () =>
      new Promise<number>((resolve) => {
        waiting = resolve;
      }),
    stop: () => request.destroy(),
  };
}
