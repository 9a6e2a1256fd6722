import { Worker } from 'node:worker_threads';
import type { StoreOptions } from './protocol.ts';
import type { Task, TaskResult } from './tasks.ts';

export type ThreadData = { readonly store: StoreOptions } | { readonly task: Task };

/** From sources the thread is the file beside this one; in the bundle it is an entry of its own beside ours. */
export function spawnThread(workerData: ThreadData): Worker {
  const entry = import.meta.url.endsWith('.ts') ? './worker.ts' : './sqlite-worker.js';
  return new Worker(new URL(entry, import.meta.url), { name: 'journal', workerData });
}

export function runInThread(task: Task): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const worker = spawnThread({ task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended without an answer')));
  });
}
