import type { BackupWanted, Moments } from '../../../core/ports/backup.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { newestIn } from './archive.ts';
import { restoreFromCluster } from './base.ts';
import { majorIn, type Reach } from './kind.ts';
import { createEmpty } from './swap.ts';

/** Reading the newest files of an archive takes seconds. */
const lookMs = 120_000;

/** Moments behind a base backup, by the log that the server archives. */
export function momentsAt(reach: Reach): Moments {
  return {
    async span(wanted, { content, server }) {
      const wal = walOf(wanted);
      if (!content.log) throw new ProblemError(problem('POSTGRES_WAL_NOT_FROM_HERE', { server }));
      const { file, at: from } = content.log;
      const major = majorIn(server);
      const signal = AbortSignal.timeout(lookMs);
      const newest = await newestIn(reach, { wal, file, major, signal });
      return { from, to: Math.max(from, newest ?? from) };
    },
    async into(copy, { name, at, ...wanted }, signal) {
      const moment = { at, wal: walOf(wanted) };
      const { database: from, ...place } = await reach.place(wanted);
      await createEmpty({ ...place, database: from }, name);
      const beside = { ...place, database: name };
      const { query } = wanted;
      const how = { place: beside, from, signal, moment, ...(query !== undefined && { query }) };
      return restoreFromCluster(reach, copy, how);
    },
  };
}

function walOf({ locator }: BackupWanted): string {
  const wal = locator['wal'];
  if (typeof wal === 'string') return wal;
  throw new ProblemError(problem('POSTGRES_WAL_NOT_NAMED', {}));
}
