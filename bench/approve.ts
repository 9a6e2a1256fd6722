import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { formsOf } from '../test/support/console-client.ts';
import { percentile, round, say } from './support/figures.ts';
import { inFolder } from './support/process.ts';
import { type Shop, startShop } from './support/shop.ts';

const presses = Number(process.env['BENCH_PRESSES'] ?? 100);
const services = Array.from({ length: 10 }, (_, index) => `service-${index}`);

/** From the press of Approve leaving the browser to the first write reaching the cluster, one at a time. */
export async function approve(): Promise<object> {
  return inFolder(async (folder) => {
    const shop = await startShop(folder, services);
    try {
      const times: number[] = [];
      for (let turn = 0; turn < presses + 10; turn += 1) {
        const ms = await onePress(shop, services[turn % services.length] ?? '');
        // The first ones load code.
        if (turn >= 10) times.push(ms);
      }
      say(`max ${round(Math.max(...times))} ms of ${times.length}`);
      return {
        bench: 'approve',
        press_to_write_ms: { p50: round(percentile(times, 50)), p99: round(percentile(times, 99)) },
      };
    } finally {
      await shop.close();
    }
  });
}

async function onePress(shop: Shop, service: string): Promise<number> {
  const asked = await shop.ana.says('', `restart ${service} env=production`);
  const operation = /op-[0-9a-f]{10}/.exec(asked)?.[0];
  if (operation === undefined) throw new Error(`no plan: ${asked}`);
  const path = `/incidents/${operation}`;
  const form = formsOf(await shop.ben.page(path)).findLast(({ label }) => label === 'Approve');
  if (!form) throw new Error(`nothing to approve on ${path}`);
  const before = shop.sandbox.ledger.applied().length;
  const began = performance.now();
  const wrote = nextWrite(shop, before);
  const { console: origin } = shop.tocsin.urls;
  const answer = await fetch(new URL(form.action, origin + path), {
    method: 'POST',
    headers: {
      cookie: shop.cookie,
      origin,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(form.fields),
  });
  if (!answer.ok) throw new Error(`the press was answered ${answer.status}`);
  await answer.text();
  const ms = (await wrote) - began;
  await done(shop, operation);
  return ms;
}

/** When the cluster applied the next write, by this process's own clock: the cluster runs here. */
async function nextWrite({ sandbox }: Shop, before: number): Promise<number> {
  for (let turn = 0; turn < 20_000; turn += 1) {
    if (sandbox.ledger.applied().length > before) return performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    if (turn % 50 === 49) await delay(1);
  }
  throw new Error('nothing was written');
}

/** The next press waits for the end of this operation: its rollout and its questions to the cluster are over then. */
async function done({ tocsin, cookie }: Shop, operation: string): Promise<void> {
  const page = `${tocsin.urls.console}/api/v1/incidents/${operation}`;
  for (let turn = 0; turn < 600; turn += 1) {
    const answer = await fetch(page, { headers: { cookie } });
    const thread: unknown = await answer.json();
    if (markOf(thread) === 'DONE') return;
    await delay(50);
  }
  throw new Error(`${operation} did not end`);
}

function markOf(thread: unknown): unknown {
  if (typeof thread !== 'object' || thread === null || !('root' in thread)) return undefined;
  const { root } = thread;
  return typeof root === 'object' && root !== null && 'mark' in root ? root.mark : undefined;
}
