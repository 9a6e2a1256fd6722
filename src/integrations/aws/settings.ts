import { type Facts, ProblemError, problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';
import type { DatabasePlace } from './snapshots.ts';

/** What RDS forgets of a database when a copy of it is restored, unless it is told: who may reach it, and how it is run. */
export interface Settings {
  /** '' for a cluster whose members have classes of their own. */
  readonly class: string;
  readonly subnets: string;
  readonly groups: readonly string[];
  readonly parameters: string;
  /** '' for the default one. */
  readonly options: string;
  readonly port: number;
  readonly isMultiAz: boolean;
  readonly isPublic: boolean;
  readonly isProtected: boolean;
  readonly storage: string;
  readonly iops: number;
  readonly iam: boolean;
  readonly copyTags: boolean;
  readonly logs: readonly string[];
  readonly backupDays: number;
  /** Least and most of Serverless v2, in ACU; 0 where that is not used. */
  readonly capacityMin: number;
  readonly capacityMax: number;
}

/** A database that is restored over, with what is asked of the one that takes its place. */
export interface Original {
  readonly resource: string;
  readonly status: string;
  readonly engine: string;
  readonly version: string;
  readonly settings: Settings;
  readonly earliest: number;
  /** Milliseconds since 1970; 0 where RDS keeps no log of writes. */
  readonly latest: number;
  readonly replicas: readonly string[];
  /** Of an Aurora cluster; others make their instances by themselves. */
  readonly members: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

export async function readOriginal(clients: Clients, place: DatabasePlace): Promise<Original> {
  const found = await findOriginal(clients, place);
  if (found) return found;
  const facts = {
    target: place.name,
    what: 'restore',
    why: `there is no ${place.kind} ${place.name}`,
  };
  throw new ProblemError(problem('AWS_REFUSED', facts));
}

/** Undefined where there is none of that name. */
export async function findOriginal(
  clients: Clients,
  { kind, name }: DatabasePlace,
): Promise<Original | undefined> {
  try {
    return kind === 'instance' ? await instance(clients, name) : await cluster(clients, name);
  } catch (error) {
    const why = error instanceof ProblemError ? String(error.problem.facts['why'] ?? '') : '';
    if (/^DB(Instance|Cluster)NotFound/.test(why)) return undefined;
    throw error;
  }
}

async function instance(clients: Clients, name: string): Promise<Original | undefined> {
  const { DBInstances: [found] = [] } = await clients.rds('DescribeDBInstances', (rds, sdk) =>
    rds.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: name })),
  );
  if (!found) return undefined;
  const [options] = (found.OptionGroupMemberships ?? []).map(
    ({ OptionGroupName }) => OptionGroupName,
  );
  return {
    ...common(found),
    resource: found.DbiResourceId ?? '',
    status: found.DBInstanceStatus ?? '',
    earliest: 0,
    replicas: found.ReadReplicaDBInstanceIdentifiers ?? [],
    members: [],
    settings: {
      ...shared(found),
      class: found.DBInstanceClass ?? '',
      subnets: found.DBSubnetGroup?.DBSubnetGroupName ?? '',
      parameters: found.DBParameterGroups?.[0]?.DBParameterGroupName ?? '',
      options: options?.startsWith('default:') ? '' : (options ?? ''),
      port: found.Endpoint?.Port ?? 0,
      isMultiAz: found.MultiAZ === true,
      ...{ capacityMin: 0, capacityMax: 0 },
    },
  };
}

async function cluster(clients: Clients, name: string): Promise<Original | undefined> {
  const { DBClusters: [found] = [] } = await clients.rds('DescribeDBClusters', (rds, sdk) =>
    rds.send(new sdk.DescribeDBClustersCommand({ DBClusterIdentifier: name })),
  );
  if (!found) return undefined;
  const own = found.DBClusterInstanceClass ?? '';
  const { MinCapacity: capacityMin = 0, MaxCapacity: capacityMax = 0 } =
    found.ServerlessV2ScalingConfiguration ?? {};
  // The writer first: whoever is made first writes.
  const members = (found.DBClusterMembers ?? []).toSorted(
    (a, b) => Number(b.IsClusterWriter ?? false) - Number(a.IsClusterWriter ?? false),
  );
  return {
    ...common(found),
    resource: found.DbClusterResourceId ?? '',
    status: found.Status ?? '',
    earliest: found.EarliestRestorableTime?.getTime() ?? 0,
    replicas: found.ReadReplicaIdentifiers ?? [],
    members: own === '' ? members.map(({ DBInstanceIdentifier = '' }) => DBInstanceIdentifier) : [],
    settings: {
      ...shared(found),
      class: own,
      subnets: found.DBSubnetGroup ?? '',
      parameters: found.DBClusterParameterGroup ?? '',
      options: '',
      port: found.Port ?? 0,
      isMultiAz: false,
      ...{ capacityMin, capacityMax },
    },
  };
}

interface Described {
  readonly Engine?: string | undefined;
  readonly EngineVersion?: string | undefined;
  readonly LatestRestorableTime?: Date | undefined;
  readonly TagList?:
    | readonly { Key?: string | undefined; Value?: string | undefined }[]
    | undefined;
  readonly VpcSecurityGroups?: readonly { VpcSecurityGroupId?: string | undefined }[] | undefined;
  readonly PubliclyAccessible?: boolean | undefined;
  readonly DeletionProtection?: boolean | undefined;
  readonly StorageType?: string | undefined;
  readonly Iops?: number | undefined;
  readonly IAMDatabaseAuthenticationEnabled?: boolean | undefined;
  readonly CopyTagsToSnapshot?: boolean | undefined;
  readonly EnabledCloudwatchLogsExports?: readonly string[] | undefined;
  readonly BackupRetentionPeriod?: number | undefined;
}

function common(found: Described) {
  return {
    engine: found.Engine ?? '',
    version: found.EngineVersion ?? '',
    latest: found.LatestRestorableTime?.getTime() ?? 0,
    tags: new Map((found.TagList ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}

function shared(found: Described) {
  return {
    groups: (found.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId: id = '' }) => id).sort(),
    isPublic: found.PubliclyAccessible === true,
    isProtected: found.DeletionProtection === true,
    storage: found.StorageType ?? '',
    iops: found.Iops ?? 0,
    iam: found.IAMDatabaseAuthenticationEnabled === true,
    copyTags: found.CopyTagsToSnapshot === true,
    logs: [...(found.EnabledCloudwatchLogsExports ?? [])].sort(),
    backupDays: found.BackupRetentionPeriod ?? 0,
  };
}

/** As people check them: `db.r6g.large · subnets shop · sg-1, sg-2 · parameters shop-pg15 · Multi-AZ`. */
export function sayMain(settings: Settings): string {
  const { class: size, subnets, groups, parameters, options, isMultiAz, isPublic } = settings;
  return [
    size,
    `subnets ${subnets}`,
    groups.join(', ') || 'no security group',
    `parameters ${parameters}`,
    options && `options ${options}`,
    isMultiAz ? 'Multi-AZ' : '',
    isPublic ? 'public' : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** As a step carries them; `settingsIn` reads them back. */
export function factsOf({ groups, logs, ...rest }: Settings): Facts {
  return { ...rest, groups: groups.join(' '), logs: logs.join(' ') };
}

export function settingsIn(facts: Facts): Settings {
  const text = (name: keyof Settings) => String(facts[name] ?? '');
  const number = (name: keyof Settings) => Number(facts[name] ?? 0);
  const listed = (name: keyof Settings) =>
    text(name)
      .split(' ')
      .filter((part) => part !== '');
  return {
    class: text('class'),
    subnets: text('subnets'),
    groups: listed('groups'),
    parameters: text('parameters'),
    options: text('options'),
    port: number('port'),
    isMultiAz: facts['isMultiAz'] === true,
    isPublic: facts['isPublic'] === true,
    isProtected: facts['isProtected'] === true,
    storage: text('storage'),
    iops: number('iops'),
    iam: facts['iam'] === true,
    copyTags: facts['copyTags'] === true,
    logs: listed('logs'),
    backupDays: number('backupDays'),
    capacityMin: number('capacityMin'),
    capacityMax: number('capacityMax'),
  };
}
