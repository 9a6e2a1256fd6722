import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openJournal } from '../src/journal/index.ts';

/** Single-event appends, each to a stream of its own, by callers that wait for the disk before the next. */
const CALLERS = Number(process.env['CALLERS'] ?? 64);
const SECONDS = Number(process.env['SECONDS'] ?? 5);

const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
const journal = await openJournal({ path: join(folder, 'bench.db') });
const waits: number[] = [];
let appended = 0;

async function caller(id: number, until: number): Promise<void> {
  for (let turn = 0; performance.now() < until; turn++) {
    const key = `${id}-${turn}`;
    const event = {
      type: 'AlertFired',
      v: 1,
      source: 'alertmanager/main',
      fingerprint: key.padStart(16, '0'),
      labels: {
        alertname: 'HighErrorRate',
        namespace: 'shop',
        service: 'checkout',
        severity: 'critical',
        instance: key,
      },
      annotations: { summary: 'More than five percent of requests fail', runbook: 'HighErrorRate' },
    };
    const started = performance.now();
    const write = { stream: `incident/${key}`, expectedVersion: 0, events: [event] };
    const result = await journal.append([write], {
      cause: `delivery/${key}`,
      by: 'source:alertmanager/main',
    });
    if (!result.ok) throw new Error(`append refused: ${result.code}`);
    waits.push(performance.now() - started);
    appended += 1;
  }
}

async function run(seconds: number): Promise<number> {
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, (_, id) =>
      caller(id + Math.floor(started) * 1_000, started + seconds * 1000),
    ),
  );
  return (performance.now() - started) / 1000;
}

await run(1);
waits.length = 0;
appended = 0;
const before = journal.stats();
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
const cpu = process.cpuUsage();
const busy = performance.eventLoopUtilization();
const elapsed = await run(SECONDS);
const main = performance.eventLoopUtilization(busy).utilization;
loop.disable();
const used = process.cpuUsage(cpu);
const after = journal.stats();
waits.sort((a, b) => a - b);
const commits = after.commits - before.commits;
const result = {
  bench: 'journal',
  callers: CALLERS,
  appends_per_s: Math.round(appended / elapsed),
  append_ms: { p50: at(0.5), p99: at(0.99), max: at(1) },
  loop_p99_ms: round(loop.percentile(99) / 1e6),
  main_thread_busy: round(main),
  group_mean: round(appended / commits),
  commit_ms_mean: round((after.commitMs.sum - before.commitMs.sum) / commits),
  cpu_us_per_append: round((used.user + used.system) / appended),
  bytes_per_event: Math.round((after.databaseBytes - before.databaseBytes) / appended),
};
await journal.close();
rmSync(folder, { recursive: true });
console.log(JSON.stringify(result));

function at(share: number): number {
  return round(waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
