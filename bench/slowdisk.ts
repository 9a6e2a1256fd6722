import { bodyMaker } from './support/bodies.ts';
import { percentile, round, say } from './support/figures.ts';
import { load } from './support/load.ts';
import { inFolder } from './support/process.ts';
import { bearer, startTocsin, webhookPath } from './support/tocsin.ts';

const slowerMs = 10;
const alertsPerBody = 5;
const alertsPerSecond = 1000;
const seconds = 20;
const connections = 64;

/** Each commit takes 10 ms longer, in the store's own thread, under a steady load: does the event loop feel it? */
export async function slowdisk(): Promise<object> {
  return inFolder(async (folder) => {
    const tocsin = await startTocsin({ folder, env: { BENCH_DISK_SLOWER_MS: String(slowerMs) } });
    try {
      const steady = (run: number, forSeconds: number) =>
        load({
          url: tocsin.urls.server,
          connections,
          seconds: forSeconds,
          perSecond: alertsPerSecond / alertsPerBody,
          next: bodyMaker({
            alerts: alertsPerBody,
            bodiesPerGroup: 10,
            connections,
            path: webhookPath,
            bearer,
            run,
          }).next,
        });
      await steady(1, 3);
      await tocsin.read({ reset: true });
      const { answered, seconds: took, errors, late, p99Ms } = await steady(2, seconds);
      const reading = await tocsin.read();
      say(
        `answer p99 ${round(p99Ms)} ms, commit p50 ${round(percentile(reading.commitsMs, 50))} ms, loop max ${round(reading.loopMaxMs)} ms, errors ${errors}, late ${late}`,
      );
      return {
        bench: 'slowdisk',
        loop_p99_ms: round(reading.loopP99Ms),
        alerts_per_s: Math.round((answered * alertsPerBody) / took),
      };
    } finally {
      await tocsin.close();
    }
  });
}
