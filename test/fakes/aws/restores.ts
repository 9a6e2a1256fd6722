import { type Asked, type FakeAccount, type FakeInstance, Refusal, type Said } from './account.ts';
import { tagsIn } from './snapshots.ts';

/*
 * Restoring and renaming in RDS: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
 * and its neighbours. What a request does not say is what RDS falls back to, and not what the old database had.
 */

export interface FakeSettings {
  /** Outlives a renaming; made of the name where it is not said. */
  resource?: string;
  class?: string;
  subnets?: string;
  groups?: readonly string[];
  parameters?: string;
  options?: string;
  port?: number;
  isPublic?: boolean;
  isProtected?: boolean;
  storage?: string;
  iam?: boolean;
  logs?: readonly string[];
  tags?: Readonly<Record<string, string>>;
  replicas?: readonly string[];
  /** Milliseconds since 1970. */
  latest?: number;
  earliest?: number;
  /** Of Serverless v2. */
  capacity?: readonly [number, number];
}

export function instanceSettings(each: FakeSettings): Said {
  return {
    DBInstanceClass: each.class ?? 'db.r6g.large',
    DBSubnetGroup: { DBSubnetGroupName: each.subnets ?? 'default' },
    DBParameterGroups: [{ DBParameterGroupName: each.parameters ?? 'default.postgres15' }],
    OptionGroupMemberships: [{ OptionGroupName: each.options ?? 'default:postgres-15' }],
    Endpoint: { Address: 'x.rds.amazonaws.com', Port: each.port ?? 5432 },
    ReadReplicaDBInstanceIdentifiers: each.replicas ?? [],
    ...shared(each),
  };
}

export function clusterSettings(each: FakeSettings): Said {
  const { earliest, capacity } = each;
  return {
    ...(each.class !== undefined && { DBClusterInstanceClass: each.class }),
    DBSubnetGroup: each.subnets ?? 'default',
    DBClusterParameterGroup: each.parameters ?? 'default.aurora-postgresql15',
    Port: each.port ?? 5432,
    ...(earliest !== undefined && { EarliestRestorableTime: new Date(earliest).toISOString() }),
    ...(capacity && {
      ServerlessV2ScalingConfiguration: { MinCapacity: capacity[0], MaxCapacity: capacity[1] },
    }),
    EngineVersion: '15.8',
    ...shared(each),
  };
}

function shared(each: FakeSettings): Said {
  const { groups = ['sg-default'], latest, tags = {}, logs = [] } = each;
  return {
    VpcSecurityGroups: groups.map((id) => ({ VpcSecurityGroupId: id, Status: 'active' })),
    PubliclyAccessible: each.isPublic ?? false,
    DeletionProtection: each.isProtected ?? false,
    StorageType: each.storage ?? 'gp2',
    IAMDatabaseAuthenticationEnabled: each.iam ?? false,
    EnabledCloudwatchLogsExports: logs,
    TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...(latest !== undefined && { LatestRestorableTime: new Date(latest).toISOString() }),
  };
}

type Account = Pick<FakeAccount, 'instances' | 'clusters' | 'snapshots' | 'isStuck'>;
type Later = (work: () => void) => void;

export function restoreOperations(account: Account, later: Later): FakeAccount['operations'] {
  let made = 0;
  const instanceOf = (name: unknown) => account.instances.find((each) => each.name === name);
  const clusterOf = (name: unknown) => account.clusters.find((each) => each.name === name);

  /** As statuses go: never from nothing to available. */
  function comesUp(it: { status: string }): void {
    later(() => {
      if (account.isStuck) return;
      it.status = 'backing-up';
      later(() => {
        it.status = 'available';
      });
    });
  }

  function newInstance(name: string, asked: Asked, more: Partial<FakeInstance> = {}): void {
    if (instanceOf(name)) throw new Refusal('DBInstanceAlreadyExists', `${name} exists.`);
    made += 1;
    const instance: FakeInstance = {
      ...{ name, status: 'creating', multiAz: asked['MultiAZ'] === 'true', source: '' },
      ...{ zone: 'eu-west-1a', secondaryZone: '', retention: days(asked) },
      ...settingsIn(asked),
      resource: `db-MADE${made}`,
      ...more,
    };
    account.instances.push(instance);
    comesUp(instance);
  }

  function newCluster(name: string, asked: Asked): void {
    if (clusterOf(name)) throw new Refusal('DBClusterAlreadyExistsFault', `${name} exists.`);
    made += 1;
    const cluster = {
      ...{ name, status: 'creating', writer: '', members: [] },
      ...settingsIn(asked),
      resource: `cluster-MADE${made}`,
    };
    account.clusters.push(cluster);
    comesUp(cluster);
  }

  function snapshotIs(kind: 'instance' | 'cluster', name: unknown): void {
    const found = account.snapshots.find((each) => each.kind === kind && each.name === name);
    if (!found) throw new Refusal('DBSnapshotNotFound', `${name} not found.`, 404);
    if (found.status !== 'available') throw new Refusal('InvalidDBSnapshotState', `${name}`);
  }

  function momentIs(of: FakeSettings | undefined, moment: unknown): void {
    if (!of) throw new Refusal('DBInstanceNotFound', 'not found', 404);
    const { latest = 0 } = of;
    if (Date.parse(String(moment)) > latest) {
      throw new Refusal('InvalidRestoreFault', 'The specified time is after LatestRestorableTime');
    }
  }

  function renamed(
    it: (FakeSettings & { name: string; status: string }) | undefined,
    {
      to,
      isTaken,
      kind,
    }: { readonly to: string; readonly isTaken: boolean; readonly kind: string },
  ): void {
    if (!it) throw new Refusal('DBInstanceNotFound', 'not found', 404);
    if (it.status !== 'available') {
      throw new Refusal('InvalidDBInstanceState', `${it.name} is not in available state.`);
    }
    if (isTaken) throw new Refusal('DBInstanceAlreadyExists', `${to} exists.`);
    it.resource ??= `${kind}-${it.name.toUpperCase()}`;
    it.status = 'renaming';
    later(() => {
      it.name = to;
      it.status = 'rebooting';
      later(() => {
        it.status = 'available';
      });
    });
  }

  return {
    RestoreDBInstanceFromDBSnapshot(asked) {
      snapshotIs('instance', asked['DBSnapshotIdentifier']);
      newInstance(String(asked['DBInstanceIdentifier']), asked);
      return {};
    },
    RestoreDBInstanceToPointInTime(asked) {
      momentIs(instanceOf(asked['SourceDBInstanceIdentifier']), asked['RestoreTime']);
      newInstance(String(asked['TargetDBInstanceIdentifier']), asked);
      return {};
    },
    RestoreDBClusterFromSnapshot(asked) {
      snapshotIs('cluster', asked['SnapshotIdentifier']);
      if (!asked['Engine']) throw new Refusal('InvalidParameterValue', 'Engine is required');
      newCluster(String(asked['DBClusterIdentifier']), asked);
      return {};
    },
    RestoreDBClusterToPointInTime(asked) {
      momentIs(clusterOf(asked['SourceDBClusterIdentifier']), asked['RestoreToTime']);
      newCluster(String(asked['DBClusterIdentifier']), asked);
      return {};
    },
    CreateDBInstance(asked) {
      const name = String(asked['DBInstanceIdentifier']);
      if (asked['DBClusterIdentifier'] === undefined) {
        newInstance(name, asked);
        return {};
      }
      const cluster = clusterOf(asked['DBClusterIdentifier']);
      if (!cluster) throw new Refusal('DBClusterNotFoundFault', 'not found', 404);
      newInstance(name, asked);
      cluster.members.push(name);
      if (cluster.writer === '') cluster.writer = name;
      return {};
    },
    ModifyDBInstance(asked) {
      const to = String(asked['NewDBInstanceIdentifier']);
      const from = instanceOf(asked['DBInstanceIdentifier']);
      renamed(from, { to, isTaken: instanceOf(to) !== undefined, kind: 'db' });
      return {};
    },
    ModifyDBCluster(asked) {
      const to = String(asked['NewDBClusterIdentifier']);
      const from = clusterOf(asked['DBClusterIdentifier']);
      renamed(from, { to, isTaken: clusterOf(to) !== undefined, kind: 'cluster' });
      return {};
    },
  };
}

function days(asked: Asked): number {
  return Number(asked['BackupRetentionPeriod'] ?? 1);
}

/** What is not said is left to what RDS falls back to. */
function settingsIn(asked: Asked): FakeSettings {
  const text = (name: string) => (asked[name] === undefined ? undefined : String(asked[name]));
  const groups = listed(asked, 'VpcSecurityGroupIds.VpcSecurityGroupId');
  const logs = listed(asked, 'EnableCloudwatchLogsExports.member');
  const size = text('DBInstanceClass') ?? text('DBClusterInstanceClass');
  const [subnets, parameters, options] = [
    text('DBSubnetGroupName'),
    text('DBParameterGroupName') ?? text('DBClusterParameterGroupName'),
    text('OptionGroupName'),
  ];
  const most = text('ServerlessV2ScalingConfiguration.MaxCapacity');
  const least = Number(text('ServerlessV2ScalingConfiguration.MinCapacity'));
  return {
    ...(size !== undefined && { class: size }),
    ...(subnets !== undefined && { subnets }),
    ...(parameters !== undefined && { parameters }),
    ...(options !== undefined && { options }),
    ...(groups.length > 0 && { groups }),
    ...(most !== undefined && { capacity: [least, Number(most)] }),
    ...(asked['Port'] !== undefined && { port: Number(asked['Port']) }),
    ...(asked['StorageType'] !== undefined && { storage: String(asked['StorageType']) }),
    isPublic: asked['PubliclyAccessible'] === 'true',
    isProtected: asked['DeletionProtection'] === 'true',
    iam: asked['EnableIAMDatabaseAuthentication'] === 'true',
    logs,
    tags: tagsIn(asked),
  };
}

function listed(asked: Asked, prefix: string): readonly string[] {
  return Object.entries(asked)
    .filter(([name]) => name.startsWith(`${prefix}.`))
    .map(([, value]) => String(value));
}
