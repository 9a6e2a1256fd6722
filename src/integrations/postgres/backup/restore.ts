import type { Content } from '../../../core/backup/manifest.ts';
import type { Copy } from '../../../core/ports/backup.ts';
import { withEnvironment } from './environment.ts';
import { majorIn } from './kind.ts';
import type { DumpPlace } from './place.ts';
import { programFor, type Tools } from './programs.ts';
import { contentOf, openSession } from './question.ts';

/**
 * Reads a dump to its end. `pg_restore -l` reads the table of contents only and passes one that is cut; writing it out
 * as SQL, to nowhere, reads all of it.
 */
export async function readDump(tools: Tools, copy: Copy, signal: AbortSignal): Promise<void> {
  const { path } = await programFor(tools, 'pg_restore', majorIn(copy.server));
  const args = ['--file=/dev/null'];
  await tools.programs.start({ path, args, input: copy.bytes, writes: 'words', signal }).ended;
}

/** Restores a dump into an empty database. Owners and grants are left out where the roles need not exist. */
export async function restoreDump(
  tools: Tools,
  copy: Copy,
  {
    place,
    signal,
    owners,
  }: { readonly place: DumpPlace; readonly signal: AbortSignal; readonly owners: boolean },
): Promise<void> {
  const { path } = await programFor(tools, 'pg_restore', majorIn(copy.server));
  const args = [
    '--exit-on-error',
    ...(owners ? [] : ['--no-owner', '--no-privileges']),
    '--no-password',
    `--dbname=${place.database}`,
  ];
  await withEnvironment(
    place,
    (environment) =>
      tools.programs.start({
        path,
        args,
        ...environment,
        input: copy.bytes,
        writes: 'words',
        signal,
      }).ended,
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
