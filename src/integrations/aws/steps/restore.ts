import { subjectIn } from '../../../core/backup/manifest.ts';
import type { Step } from '../../../core/operation/plan.ts';
import type { StepDriver } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import type { Clients } from '../clients.ts';
import { findOriginal, type Original, sayMain, settingsIn } from '../settings.ts';
import { operationTag, readSnapshot, tagsOf } from '../snapshots.ts';
import { deedDriver } from './deed.ts';
import { placeIn } from './snapshot.ts';

interface Found {
  readonly original: Original | undefined;
  readonly made: Original | undefined;
  /** Of the snapshot, `available`; of a moment, how far the log reaches. */
  readonly source: string;
}

/**
 * A new database of a name of its own, with the settings of the one it is to replace:
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html and its neighbours.
 */
export function restoreDriver(clients: Clients): StepDriver {
  return deedDriver<Found>({
    what: 'RDS restores',
    isNamed: true,
    async read(step) {
      const place = placeIn(step);
      const { next, snapshot } = step.params;
      const [original, made, found] = await Promise.all([
        findOriginal(clients, place),
        findOriginal(clients, { ...place, name: String(next) }),
        snapshot === '' ? undefined : readSnapshot(clients, place, String(snapshot)),
      ]);
      return { original, made, source: snapshot === '' ? 'the log' : (found?.status ?? 'gone') };
    },
    // That it is busy with something else does not matter to a copy of it.
    seen: ({ original, source }) => ({
      identity: original?.resource ?? '',
      fields: { settings: original ? sayMain(original.settings) : '', source },
    }),
    async send(step, { operation }) {
      const original = await findOriginal(clients, placeIn(step));
      // RDS takes over the tags of the old one only where it is given none.
      const kept = [...(original?.tags ?? [])].filter(([key]) => !/^(aws|rds|tocsin):/i.test(key));
      const tags = [
        ...kept.map(([Key, Value]) => ({ Key, Value })),
        ...tagsOf(operation, subjectIn(step.params)),
      ];
      await (step.params['kind'] === 'cluster'
        ? sendCluster(clients, step, tags)
        : sendInstance(clients, step, tags));
      return { restored: String(step.params['next']) };
    },
    isBegun: ({ made }, _step, { operation }) => made?.tags.get(operationTag) === operation,
    isDone: ({ made }, _step, { operation }) =>
      made?.tags.get(operationTag) === operation && made.status === 'available',
    says: ({ made }) => made?.status ?? 'not to be seen',
    fault: ({ made }, { params }) =>
      made && isLost(made.status)
        ? problem('AWS_RESTORE_FAILED', { name: String(params['next']), status: made.status })
        : undefined,
  });
}

/** An Aurora cluster has no instance before one is made: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
export function memberDriver(clients: Clients): StepDriver {
  return deedDriver<{ readonly made: Original | undefined }>({
    what: 'RDS makes an instance of the restored cluster',
    isNamed: true,
    read: async ({ params }) => ({
      made: await findOriginal(clients, { kind: 'instance', name: String(params['member']) }),
    }),
    seen: (_found, step) => ({ identity: step.target.identity, fields: {} }),
    async send(step, { operation }) {
      const { member, next, engine } = step.params;
      const { class: size, parameters, isPublic } = settingsIn(step.params);
      await clients.rds('CreateDBInstance', (rds, sdk) =>
        rds.send(
          new sdk.CreateDBInstanceCommand({
            DBInstanceIdentifier: String(member),
            DBClusterIdentifier: String(next),
            DBInstanceClass: size,
            Engine: String(engine),
            DBParameterGroupName: parameters,
            PubliclyAccessible: isPublic,
            Tags: tagsOf(operation, subjectIn(step.params)),
          }),
        ),
      );
      return undefined;
    },
    isBegun: ({ made }, _step, { operation }) => made?.tags.get(operationTag) === operation,
    isDone: ({ made }) => made?.status === 'available',
    says: ({ made }) => made?.status ?? 'not to be seen',
    fault: ({ made }, { params }) =>
      made && isLost(made.status)
        ? problem('AWS_RESTORE_FAILED', { name: String(params['member']), status: made.status })
        : undefined,
  });
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
function isLost(status: string): boolean {
  return /^(failed|incompatible-|restore-error|insufficient-capacity|storage-full)/.test(status);
}

type Tags = ReturnType<typeof tagsOf>;

async function sendInstance(clients: Clients, step: Step, tags: Tags): Promise<void> {
  const { of, next, snapshot } = step.params;
  const settings = settingsIn(step.params);
  const common = {
    DBInstanceClass: settings.class,
    DBSubnetGroupName: settings.subnets,
    VpcSecurityGroupIds: [...settings.groups],
    DBParameterGroupName: settings.parameters,
    ...(settings.options !== '' && { OptionGroupName: settings.options }),
    ...(settings.port > 0 && { Port: settings.port }),
    MultiAZ: settings.isMultiAz,
    PubliclyAccessible: settings.isPublic,
    DeletionProtection: settings.isProtected,
    StorageType: settings.storage,
    ...(settings.iops > 0 && /^io/.test(settings.storage) && { Iops: settings.iops }),
    EnableIAMDatabaseAuthentication: settings.iam,
    CopyTagsToSnapshot: settings.copyTags,
    EnableCloudwatchLogsExports: [...settings.logs],
    BackupRetentionPeriod: settings.backupDays,
    Tags: tags,
  };
  if (snapshot !== '') {
    await clients.rds('RestoreDBInstanceFromDBSnapshot', (rds, sdk) =>
      rds.send(
        new sdk.RestoreDBInstanceFromDBSnapshotCommand({
          ...common,
          DBInstanceIdentifier: String(next),
          DBSnapshotIdentifier: String(snapshot),
        }),
      ),
    );
    return;
  }
  await clients.rds('RestoreDBInstanceToPointInTime', (rds, sdk) =>
    rds.send(
      new sdk.RestoreDBInstanceToPointInTimeCommand({
        ...common,
        SourceDBInstanceIdentifier: String(of),
        TargetDBInstanceIdentifier: String(next),
        RestoreTime: new Date(Number(step.params['moment'])),
      }),
    ),
  );
}

async function sendCluster(clients: Clients, step: Step, tags: Tags): Promise<void> {
  const { of, next, snapshot, engine, version } = step.params;
  const settings = settingsIn(step.params);
  const common = {
    DBClusterIdentifier: String(next),
    ...(settings.class !== '' && { DBClusterInstanceClass: settings.class }),
    DBSubnetGroupName: settings.subnets,
    VpcSecurityGroupIds: [...settings.groups],
    DBClusterParameterGroupName: settings.parameters,
    ...(settings.port > 0 && { Port: settings.port }),
    DeletionProtection: settings.isProtected,
    ...(settings.storage !== '' && { StorageType: settings.storage }),
    ...(settings.class !== '' && settings.iops > 0 && { Iops: settings.iops }),
    ...(settings.class !== '' && { PubliclyAccessible: settings.isPublic }),
    EnableIAMDatabaseAuthentication: settings.iam,
    CopyTagsToSnapshot: settings.copyTags,
    EnableCloudwatchLogsExports: [...settings.logs],
    ...(settings.capacityMax > 0 && {
      ServerlessV2ScalingConfiguration: {
        MinCapacity: settings.capacityMin,
        MaxCapacity: settings.capacityMax,
      },
    }),
    Tags: tags,
  };
  if (snapshot !== '') {
    await clients.rds('RestoreDBClusterFromSnapshot', (rds, sdk) =>
      rds.send(
        new sdk.RestoreDBClusterFromSnapshotCommand({
          ...common,
          SnapshotIdentifier: String(snapshot),
          Engine: String(engine),
          EngineVersion: String(version),
        }),
      ),
    );
    return;
  }
  await clients.rds('RestoreDBClusterToPointInTime', (rds, sdk) =>
    rds.send(
      new sdk.RestoreDBClusterToPointInTimeCommand({
        ...common,
        SourceDBClusterIdentifier: String(of),
        RestoreToTime: new Date(Number(step.params['moment'])),
      }),
    ),
  );
}
