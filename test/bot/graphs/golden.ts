import { writeFile } from 'node:fs/promises';
import { systemClock } from '../../../src/bot/clock.ts';
import { createPainter } from '../../../src/bot/graphs/index.ts';
import { graphs } from './sample.ts';

/** What is compared: one line, ten of many, holes, what was told, on both grounds. */
export const golden = [
  ['one', 'light'],
  ['one', 'dark'],
  ['many', 'dark'],
  ['twelve', 'light'],
  ['gaps', 'dark'],
  ['told', 'light'],
  ['flat', 'light'],
  ['hostile', 'dark'],
] as const;

export function goldenFile(name: string, theme: string): URL {
  return new URL(`../../fixtures/graphs/${name}-${theme}.png`, import.meta.url);
}

/** Draws them anew, run by hand with node; then each is looked at. */
async function draw(): Promise<void> {
  const painter = createPainter(systemClock);
  // The thread that draws keeps no process alive.
  const alive = setInterval(() => undefined, 1000);
  for (const [name, theme] of golden) {
    const graph = graphs[name];
    if (graph) await writeFile(goldenFile(name, theme), (await painter.paint(graph))[theme]);
  }
  await painter.close();
  clearInterval(alive);
}

if (import.meta.main) await draw();
