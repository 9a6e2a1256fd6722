import { systemClock } from '../src/bot/clock.ts';
import { createPainter } from '../src/bot/graphs/index.ts';
import { graphs as samples } from '../test/bot/graphs/sample.ts';
import { percentile, round, say } from './support/figures.ts';

const turns = Number(process.env['BENCH_GRAPHS'] ?? 30);
/** The first ones load code. */
const warmUp = 4;

/** How long one picture takes in the thread that draws, and how large it is: of one line, of ten of many, of marks. */
export async function graphs(): Promise<object> {
  const painter = createPainter(systemClock);
  // The thread that draws keeps no process alive.
  const alive = setInterval(() => undefined, 1000);
  const times: number[] = [];
  let bytes = 0;
  let first = 0;
  try {
    for (let turn = 0; turn < turns + warmUp; turn += 1) {
      for (const graph of Object.values(samples)) {
        const began = performance.now();
        const { light, dark } = await painter.paint(graph);
        // Two pictures, one after the other.
        const ms = (performance.now() - began) / 2;
        if (turn === 0 && first === 0) first = ms * 2;
        if (turn >= warmUp) times.push(ms);
        bytes = Math.max(bytes, light.length, dark.length);
      }
    }
  } finally {
    clearInterval(alive);
    await painter.close();
  }
  say(`first pair ${round(first)} ms, max ${round(Math.max(...times))} ms of ${times.length}`);
  return {
    bench: 'graphs',
    picture_ms: { p50: round(percentile(times, 50)), p95: round(percentile(times, 95)) },
    bytes_max: bytes,
  };
}
