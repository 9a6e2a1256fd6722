import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { bodyMaker } from './support/bodies.ts';
import { mean, median, percentile, round, say } from './support/figures.ts';
import { type Load, load } from './support/load.ts';
import { type HostReading, inFolder, type Measured, startMeasured } from './support/process.ts';
import { bearer, startTocsin, type Tocsin, webhookPath } from './support/tocsin.ts';

const connections = 64;
const rounds = number('BENCH_ROUNDS', 3);
const seconds = number('BENCH_SECONDS', 4);
const warmUpSeconds = 4;
/** A group is told of this often before the connection goes on to the next: one body in ten opens an incident. */
const bodiesPerGroup = number('BENCH_BODIES_PER_GROUP', 10);
const sizes = (process.env['BENCH_SIZES'] ?? '1,5,20').split(',').map(Number);

interface Round {
  readonly ratio: number;
  readonly tocsin: Load;
  readonly reference: Load;
  readonly reading: HostReading;
}

/** Durable webhooks against a route that only parses, in turns, so that both meet the same noise of the machine. */
export async function ingest(): Promise<object> {
  const reference = await startMeasured({
    program: new URL('./support/reference.mjs', import.meta.url).href,
    argv: [],
  });
  const bySize = new Map<number, readonly Round[]>();
  try {
    for (const alerts of sizes) bySize.set(alerts, await measure(alerts, reference));
  } finally {
    await reference.close();
  }
  const all = [...bySize.values()].flat();
  const ratio = (alerts: number) => round(median((bySize.get(alerts) ?? []).map((r) => r.ratio)));
  return {
    bench: 'ingest',
    ratio_1: ratio(1),
    ratio_5: ratio(5),
    ratio_20: ratio(20),
    alerts_per_s_20: Math.round(
      median((bySize.get(20) ?? []).map(({ tocsin }) => tocsin.perSecond * 20)),
    ),
    fsync_p50_ms: round(
      percentile(
        all.flatMap(({ reading }) => reading.commitsMs),
        50,
      ),
    ),
    p99_ms: round(
      Math.max(...[...bySize.values()].map((each) => median(each.map((r) => r.tocsin.p99Ms)))),
    ),
    errors: all.reduce(
      (sum, { tocsin, reference: other }) => sum + tocsin.errors + other.errors,
      0,
    ),
    loop_p99_ms: round(
      Math.max(...[...bySize.values()].map((each) => median(each.map((r) => r.reading.loopP99Ms)))),
    ),
  };
}

/** A new server for each size: what an earlier one left in memory is not what is asked. */
async function measure(alerts: number, reference: Measured): Promise<readonly Round[]> {
  return inFolder(async (folder) => {
    const tocsin = await startTocsin({ folder });
    try {
      let run = 1;
      const against = (url: string, forSeconds: number) => {
        run += 1;
        const options = { alerts, bodiesPerGroup, connections, path: webhookPath, bearer, run };
        const maker = bodyMaker(options);
        return load({ url, connections, seconds: forSeconds, next: maker.next });
      };
      await against(String(reference.ready['server']), warmUpSeconds);
      await against(tocsin.urls.server, warmUpSeconds);
      const measured: Round[] = [];
      for (let turn = 0; turn < rounds; turn += 1) {
        measured.push(await oneRound({ tocsin, reference, against }, alerts));
      }
      return measured;
    } finally {
      await tocsin.close();
    }
  });
}

async function oneRound(
  {
    tocsin,
    reference,
    against,
  }: {
    readonly tocsin: Tocsin;
    readonly reference: Measured;
    readonly against: (url: string, seconds: number) => Promise<Load>;
  },
  alerts: number,
): Promise<Round> {
  // What the last round left to render must not slow the reference.
  const settledMs = await tocsin.settled();
  await delay(300);
  await reference.read({ reset: true });
  const other = await against(String(reference.ready['server']), seconds);
  const { cpuMs: otherCpuMs } = await reference.read();
  await tocsin.read({ reset: true });
  const mine = await against(tocsin.urls.server, seconds);
  const reading = await tocsin.read();
  const ratio = mine.perSecond / other.perSecond;
  say(
    `${alerts} alerts: ${round(mine.perSecond, 0)}/s against ${round(other.perSecond, 0)}/s (${round(ratio)}), ` +
      `p50 ${round(mine.p50Ms)} p99 ${round(mine.p99Ms)} ms, loop p50 ${round(reading.loopP50Ms)} p99 ${round(reading.loopP99Ms)} max ${round(reading.loopMaxMs)} ms, busy ${round(reading.busy)}, ` +
      `cpu ${round((reading.cpuMs / mine.answered) * 1000, 0)} µs a body against ${round((otherCpuMs / other.answered) * 1000, 0)}, commit p50 ${round(percentile(reading.commitsMs, 50))} mean ${round(mean(reading.commitsMs))} p99 ${round(percentile(reading.commitsMs, 99))} ms x ${reading.commitsMs.length}, ` +
      `rss ${round(reading.rssBytes / 2 ** 20, 0)} MB, errors ${mine.errors}, settled before in ${round(settledMs / 1000, 1)} s, load ${round(loadavg()[0] ?? 0)}`,
  );
  return { ratio, tocsin: mine, reference: other, reading };
}

function number(name: string, otherwise: number): number {
  const given = Number(process.env[name] ?? '');
  return given > 0 ? given : otherwise;
}
