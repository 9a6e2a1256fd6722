import { pipeline } from 'node:stream/promises';
import type { Content } from '../../../core/backup/manifest.ts';
import type { Copy } from '../../../core/ports/backup.ts';
import { type Child, startChild } from './child.ts';
import { withEnvironment } from './environment.ts';
import type { DumpPlace } from './place.ts';
import { programFor } from './programs.ts';
import { contentOf, openSession } from './question.ts';

interface Wanted {
  readonly programs: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads a dump to its end. `pg_restore -l` reads the table of contents only and passes one that is cut; writing it out
 * as SQL, to nowhere, reads all of it.
 */
export async function readDump(copy: Copy, { programs, signal }: Wanted): Promise<void> {
  const program = await programFor('pg_restore', majorIn(copy.server), programs);
  const child = startChild({ program: program.path, args: ['--file=/dev/null'], signal });
  await fed(child, copy.bytes);
}

/** Restores a dump into an empty database. Owners and grants are left out: the roles need not exist there. */
export async function restoreDump(
  copy: Copy,
  place: DumpPlace,
  { programs, signal, owners }: Wanted & { readonly owners: boolean },
): Promise<void> {
  const program = await programFor('pg_restore', majorIn(copy.server), programs);
  const args = [
    '--exit-on-error',
    ...(owners ? [] : ['--no-owner', '--no-privileges']),
    '--no-password',
    `--dbname=${place.database}`,
  ];
  await withEnvironment(place, (env) =>
    fed(startChild({ program: program.path, args, env, signal }), copy.bytes),
  );
}

/** What a database holds, in one state. */
export async function contentAt(place: DumpPlace, query: string | undefined): Promise<Content> {
  const session = await openSession(place);
  try {
    await session.ask('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await contentOf(session, query);
  } finally {
    await session.end();
  }
}

/** `PostgreSQL 15.20` → 15. */
export function majorIn(server: string): number {
  return Number(/\d+/.exec(server)?.[0] ?? 0);
}

/** What the program says counts more than that its pipe broke. */
async function fed(child: Child, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  child.stdout.resume();
  const feeding = pipeline(bytes, child.stdin).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  // A source that fails leaves the program with half of it: it must not take that for the whole.
  const fault = await Promise.race([feeding, child.ended.then(() => undefined)]);
  if (fault && !isPipe(fault.error)) child.kill();
  if (fault && !isPipe(fault.error)) {
    await child.ended.catch(() => undefined);
    throw fault.error;
  }
  await child.ended;
}

function isPipe(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(String(error.code))
  );
}
