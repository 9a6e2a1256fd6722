import type { BackupWanted } from '../../core/ports/backup.ts';
import type { OwnCopies } from '../../core/ports/own-copies.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { surveySnapshot } from './backup.ts';
import type { Clients } from './clients.ts';
import { placeOf } from './schema.ts';
import {
  copyOf,
  type DatabasePlace,
  listSnapshots,
  operationTag,
  readSnapshot,
} from './snapshots.ts';
import { putInUseKind, snapshotKind } from './steps/kinds.ts';
import { snapshotIn } from './steps/snapshot.ts';

/** Asks so that a region that is away is left alone. */
export interface Questions {
  ask<T>(ask: () => Promise<T>): Promise<T>;
}

/** The snapshots of a database: RDS makes and keeps them. */
export function createCopies(clients: Clients, questions: Questions): OwnCopies {
  return {
    makes: [snapshotKind],
    replaces: [putInUseKind],
    nameOf: snapshotIn,
    async survey(wanted) {
      try {
        return await questions.ask(() => surveySnapshot(clients, databaseIn(wanted)));
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    list: async (wanted) =>
      (await questions.ask(() => listSnapshots(clients, databaseIn(wanted)))).map(copyOf),
    async find(wanted, name) {
      const found = await readSnapshot(clients, databaseIn(wanted), name);
      return found && copyOf(found);
    },
    async remove(wanted, name) {
      const place = databaseIn(wanted);
      const found = await readSnapshot(clients, place, name);
      if (!found) return;
      if (!found.tags.has(operationTag)) {
        throw new ProblemError(problem('AWS_SNAPSHOT_NOT_OURS', { snapshot: name }));
      }
      await (place.kind === 'instance'
        ? clients.rds('DeleteDBSnapshot', (rds, sdk) =>
            rds.send(new sdk.DeleteDBSnapshotCommand({ DBSnapshotIdentifier: name })),
          )
        : clients.rds('DeleteDBClusterSnapshot', (rds, sdk) =>
            rds.send(new sdk.DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: name })),
          ));
    },
  };
}

export function databaseIn({ locator }: Pick<BackupWanted, 'locator'>): DatabasePlace {
  const place = placeOf(locator);
  if (place?.kind === 'instance') return { kind: 'instance', name: place.instance };
  if (place?.kind === 'cluster') return { kind: 'cluster', name: place.cluster };
  throw new ProblemError(problem('AWS_UNKNOWN_VERB', { verb: 'backup', where: 'no database' }));
}
