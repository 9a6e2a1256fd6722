import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { BroadcastChannel } from 'node:worker_threads';

/*
 * The first module of a measured process: what is measured from inside is measured here, beside the program and not
 * in it. The program itself is the built bundle, or the reference. Plain JavaScript, since the part of Node that takes
 * types away would stay in the memory that is measured. What it is asked and answers is typed in process.ts.
 */
const [program, ...argv] = process.argv.slice(2);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let busy = performance.eventLoopUtilization();
let cpu = process.cpuUsage();

process.on('message', (asked) => {
  void answer(asked).then((reading) => tell({ kind: 'reading', id: asked.id, reading }));
});
// The program ends when it is done, whatever the parent still wants to ask.
process.channel?.unref();

if (program === undefined) throw new Error('which program?');
const loaded = await import(program);
process.exitCode = await loaded.main(argv);
if (process.connected) process.disconnect();

async function answer({ reset, collect }) {
  if (collect) for (let turn = 0; turn < 3; turn += 1) await collected();
  const commits = await commitsOf(reset);
  const reading = {
    loopP50Ms: delay.percentile(50) / 1e6,
    loopP99Ms: delay.percentile(99) / 1e6,
    loopMaxMs: delay.max / 1e6,
    busy: performance.eventLoopUtilization(busy).utilization,
    cpuMs: (({ user, system }) => (user + system) / 1000)(process.cpuUsage(cpu)),
    rssBytes: process.memoryUsage().rss,
    heapBytes: process.memoryUsage().heapUsed,
    commitsMs: commits,
  };
  if (reset) {
    delay.reset();
    busy = performance.eventLoopUtilization();
    cpu = process.cpuUsage();
  }
  return reading;
}

/** A full collection, where the process was started so that it can be asked for. */
async function collected() {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** How long the commits since the last reset took, from the store's thread (see disk.mjs); none without it. */
function commitsOf(reset) {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel('bench-disk');
    const done = (commits) => {
      clearTimeout(patience);
      channel.close();
      resolve(commits);
    };
    const patience = setTimeout(() => done([]), 200);
    channel.onmessage = ({ data }) => {
      if (Array.isArray(data)) done(data);
    };
    channel.postMessage(reset ? 'reset' : 'read');
  });
}

function tell(told) {
  process.send?.(told);
}
