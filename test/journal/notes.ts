import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Event } from '../../src/core/event.ts';
import type { AppendContext, StreamWrite } from '../../src/core/ports/journal.ts';

/* What the journals of the suites and benches are made of. */

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
