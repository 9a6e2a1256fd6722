import { createHash } from 'node:crypto';
import type { BackupWanted } from '../../../core/ports/backup.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { majorOf, type Reach } from './kind.ts';
import { type DumpPlace, said } from './place.ts';
import { openSession } from './question.ts';
import { withScratch } from './scratch.ts';
import { createEmpty, dropDatabase } from './swap.ts';

interface Wanted {
  readonly wanted: BackupWanted;
  /** Of the server that the copy is of: an older one may not read it. */
  readonly major: number;
  readonly signal: AbortSignal;
}

/** What says something of where a copy is tried, and nothing of the copy. */
const ofThePlace =
  /No space left|permission denied|must be (superuser|owner)|could not open extension|terminating connection|closed the connection|connection to server/;

/**
 * Runs a task with an empty database that is gone afterwards: on the server that the configuration names for it, else on one of
 * its own on this machine. Its name follows from what is copied, so that what a process left that died is dropped by the next.
 */
export async function withEmpty<T>(
  reach: Reach,
  { wanted, major, signal }: Wanted,
  task: (place: DumpPlace) => Promise<T>,
): Promise<T> {
  const { scratch } = reach;
  if (!scratch) return withScratch(reach, { major, signal }, task);
  const place = await scratch.place({ locator: {} });
  await refuseOlder(place, major);
  const source = `${reach.target}/${String(wanted.locator['database'] ?? reach.database)}`;
  const mark = createHash('sha256').update(source).digest('hex').slice(0, 12);
  const name = `tocsin_verify_${mark}`;
  await createEmpty(place, name, 'we');
  try {
    return await task({ ...place, database: name });
  } catch (error) {
    const why = error instanceof ProblemError ? String(error.problem.facts['why'] ?? '') : '';
    if (!ofThePlace.test(why)) throw error;
    throw new ProblemError(problem('POSTGRES_SCRATCH_FAILED', { why }), { cause: error });
  } finally {
    await dropDatabase(place, name);
  }
}

async function refuseOlder(place: DumpPlace, major: number): Promise<void> {
  const session = await openSession(place);
  try {
    const has = await majorOf(session);
    if (has >= major) return;
    const why = `${said(place)} is of version ${has}, and the copy of ${major}`;
    throw new ProblemError(problem('POSTGRES_SCRATCH_FAILED', { why }));
  } finally {
    await session.end();
  }
}
