import { subjectIn } from '../../../core/backup/manifest.ts';
import type { Step } from '../../../core/operation/plan.ts';
import type { StepContext, StepDriver } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import type { Clients } from '../clients.ts';
import { readCluster, readInstance } from '../database.ts';
import {
  type DatabasePlace,
  operationTag,
  readSnapshot,
  type Snapshot,
  snapshotName,
  tagsOf,
} from '../snapshots.ts';
import { deedDriver } from './deed.ts';

interface Found {
  readonly resource: string;
  readonly status: string;
  readonly snapshot: Snapshot | undefined;
}

/**
 * A snapshot is no backup before RDS says that it is available. Its name comes from the operation, so that RDS itself
 * refuses a second one: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
 */
export function snapshotDriver(clients: Clients): StepDriver {
  const isOurs = ({ snapshot }: Found, _step: Step, { operation }: StepContext) =>
    snapshot?.tags.get(operationTag) === operation;
  return deedDriver<Found>({
    what: 'RDS copies',
    isNamed: true,
    async read(step, context) {
      const place = placeIn(step);
      const { resource, status } = await readDatabase(clients, place);
      const snapshot = await readSnapshot(clients, place, snapshotIn(step, context));
      return { resource, status, snapshot };
    },
    seen: ({ resource, status }) => ({ identity: resource, fields: { status } }),
    async send(step, context) {
      const { kind, name } = placeIn(step);
      const snapshot = snapshotIn(step, context);
      const Tags = tagsOf(context.operation, subjectIn(step.params));
      if (kind === 'instance') {
        const wanted = { DBSnapshotIdentifier: snapshot, DBInstanceIdentifier: name, Tags };
        await clients.rds('CreateDBSnapshot', (rds, sdk) =>
          rds.send(new sdk.CreateDBSnapshotCommand(wanted)),
        );
      } else {
        const wanted = { DBClusterSnapshotIdentifier: snapshot, DBClusterIdentifier: name, Tags };
        await clients.rds('CreateDBClusterSnapshot', (rds, sdk) =>
          rds.send(new sdk.CreateDBClusterSnapshotCommand(wanted)),
        );
      }
      return { backup: snapshot };
    },
    isBegun: isOurs,
    isDone: (found, step, context) =>
      isOurs(found, step, context) && found.snapshot?.status === 'available',
    says: ({ snapshot }) => snapshot?.status ?? 'not to be seen',
    percent: ({ snapshot }) => snapshot?.percent,
    fault: ({ snapshot }) =>
      snapshot && /^(failed|incompatible-|error)/.test(snapshot.status)
        ? problem('AWS_SNAPSHOT_FAILED', { snapshot: snapshot.name, status: snapshot.status })
        : undefined,
  });
}

export function snapshotIn(
  { params }: Step,
  context: Pick<StepContext, 'startedAt' | 'operation'>,
): string {
  return snapshotName(String(params['of']), context);
}

export function placeIn({ params }: Step): DatabasePlace {
  return {
    kind: params['kind'] === 'cluster' ? 'cluster' : 'instance',
    name: String(params['of']),
  };
}

export async function readDatabase(
  clients: Clients,
  { kind, name }: DatabasePlace,
): Promise<{ readonly resource: string; readonly status: string }> {
  return kind === 'cluster' ? readCluster(clients, name) : readInstance(clients, name);
}
