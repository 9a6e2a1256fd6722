import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Event } from '../../src/core/event.ts';
import type { AppendContext, StreamWrite } from '../../src/core/ports/journal.ts';
import { type JournalOptions, type OpenJournal, openJournal } from '../../src/journal/index.ts';

/** The seed of every key in the tests; nothing real is signed with it. */
export const TEST_KEY = '11'.repeat(32);

export interface Noted extends Event {
  readonly type: 'Noted';
  readonly text: string;
}

export function noted(text: string): Noted {
  return { type: 'Noted', v: 1, text };
}

/** In memory where the system has such a place: what a fsync does to a disk is the business of two suites only. */
export const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

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

export function write(
  stream: string,
  expectedVersion: number,
  ...texts: readonly string[]
): StreamWrite {
  return { stream, expectedVersion, events: texts.map(noted) };
}

export function cause(name: string, more: Partial<AppendContext> = {}): AppendContext {
  return { cause: name, by: 'ana', ...more };
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
