import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const assets = new URL('../journal/assets/', import.meta.url);

export async function ownFiles(): Promise<unknown> {
  const worker = new Worker(new URL('../journal/worker.ts', import.meta.url));
  const [said] = await once(worker, 'message');
  const page = readFileSync(new URL('page.html', assets), 'utf8').trim();
  const runbook = readFileSync(new URL('../../runbooks/Shipped.md', import.meta.url), 'utf8');
  return { said, page, runbook: runbook.trim() };
}
