import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AppendContext, StreamWrite } from '../../src/core/ports/journal.ts';
import { type JournalOptions, type OpenJournal, openJournal } from '../../src/journal/index.ts';
import { SCRATCH, TEST_KEY } from './notes.ts';

export { cause, type Noted, noted, SCRATCH, TEST_KEY, write } from './notes.ts';

/** A folder that goes with the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(SCRATCH, 'tocsin-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function tempPath(): string {
  return join(tempFolder(), 'journal.db');
}

/** Opened for one test, closed with it. No timer: checkpoints are taken when the test says so. */
export async function opened(
  path: string,
  options: Partial<JournalOptions> = {},
): Promise<OpenJournal> {
  const journal = await openJournal({
    path,
    signingKey: TEST_KEY,
    checkpointEveryMs: 0,
    reserveBytes: 0,
    ...options,
  });
  onTestFinished(() => journal.close().catch(() => undefined));
  return journal;
}

/** Fails the test when the append was refused. */
export async function appended(
  journal: OpenJournal,
  context: AppendContext,
  ...writes: readonly StreamWrite[]
) {
  const result = await journal.append(writes, context);
  if (!result.ok) throw new Error(`refused: ${result.code}`);
  return result.recorded;
}
