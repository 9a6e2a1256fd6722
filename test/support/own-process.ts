import type { ChildProcess } from 'node:child_process';

/** Ends a process of the test's own, where it still runs, and waits until it is gone. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (isOver(child)) return;
  const gone = gonePromise(child);
  child.kill(signal);
  await gone;
}

/** Resolves once it has ended by itself, or had. */
export async function processEnd(child: ChildProcess): Promise<void> {
  if (!isOver(child)) await gonePromise(child);
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function gonePromise(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
