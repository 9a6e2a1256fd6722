import { Worker } from 'node:worker_threads';
import type { StoreOptions } from './protocol.ts';

/** From sources the thread is the file beside this one; in the bundle it is an entry of its own beside ours. */
export function spawnStore(workerData: StoreOptions): Worker {
  const entry = import.meta.url.endsWith('.ts') ? './worker.ts' : './sqlite-worker.js';
  return new Worker(new URL(entry, import.meta.url), { name: 'journal', workerData });
}
