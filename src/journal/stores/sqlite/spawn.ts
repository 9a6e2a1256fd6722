import { Worker } from 'node:worker_threads';
import type { StoreOptions } from './protocol.ts';

/** The build turns a worker that is named by a literal address into an entry of its own. */
export function spawnStore(workerData: StoreOptions): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { name: 'journal', workerData });
}
