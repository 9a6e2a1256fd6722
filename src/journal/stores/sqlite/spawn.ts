import { Worker } from 'node:worker_threads';
import type { StoreOptions } from './protocol.ts';
import type { Task, TaskResult } from './tasks.ts';

export type ThreadData = { readonly store: StoreOptions } | { readonly task: Task };

/** The build turns a worker that is named by a literal address into an entry of its own. */
export function spawnThread(workerData: ThreadData): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'journal',
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
}

export function runInThread(task: Task): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const worker = spawnThread({ task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended without an answer')));
  });
}
