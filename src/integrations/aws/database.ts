import type { Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';
import { failoverKind, promoteKind, rebootKind } from './steps/kinds.ts';

/** A cluster of Aurora, or of RDS with two readable standbys. */
export interface Cluster {
  readonly name: string;
  /** Outlives a renaming. */
  readonly resource: string;
  readonly engine: string;
  readonly status: string;
  readonly writer: string;
  readonly readers: readonly string[];
  /** 0 where its storage grows by itself. */
  readonly gibibytes: number;
  readonly isEncrypted: boolean;
}

export interface Instance {
  readonly name: string;
  readonly resource: string;
  readonly engine: string;
  readonly status: string;
  readonly multiAz: boolean;
  readonly zone: string;
  readonly secondaryZone: string;
  /** What it is a replica of; '' for none. */
  readonly source: string;
  readonly retentionDays: number;
  readonly gibibytes: number;
  readonly isEncrypted: boolean;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html */
export async function readCluster(clients: Clients, name: string): Promise<Cluster> {
  const { DBClusters: [found] = [] } = await clients.rds('DescribeDBClusters', (rds, sdk) =>
    rds.send(new sdk.DescribeDBClustersCommand({ DBClusterIdentifier: name })),
  );
  const members = found?.DBClusterMembers ?? [];
  const names = (writes: boolean) =>
    members
      .filter(({ IsClusterWriter }) => (IsClusterWriter === true) === writes)
      .map(({ DBInstanceIdentifier = '' }) => DBInstanceIdentifier)
      .sort();
  return {
    name,
    resource: found?.DbClusterResourceId ?? '',
    engine: found?.Engine ?? '',
    status: found?.Status ?? '',
    writer: names(true).join(', '),
    readers: names(false),
    // Aurora says 1 and grows as it needs.
    gibibytes: (found?.AllocatedStorage ?? 0) > 1 ? (found?.AllocatedStorage ?? 0) : 0,
    isEncrypted: found?.StorageEncrypted === true,
  };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html */
export async function readInstance(clients: Clients, name: string): Promise<Instance> {
  const { DBInstances: [found] = [] } = await clients.rds('DescribeDBInstances', (rds, sdk) =>
    rds.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: name })),
  );
  return {
    name,
    resource: found?.DbiResourceId ?? '',
    engine: found?.Engine ?? '',
    status: found?.DBInstanceStatus ?? '',
    multiAz: found?.MultiAZ === true,
    zone: found?.AvailabilityZone ?? '',
    secondaryZone: found?.SecondaryAvailabilityZone ?? '',
    source: found?.ReadReplicaSourceDBInstanceIdentifier ?? '',
    retentionDays: found?.BackupRetentionPeriod ?? 0,
    gibibytes: found?.AllocatedStorage ?? 0,
    isEncrypted: found?.StorageEncrypted === true,
  };
}

const lagOverMs = 10 * 60_000;

/** Seconds, the newest that CloudWatch has of the last ten minutes; undefined where it has none. */
export async function replicaLag(
  clients: Clients,
  instance: string,
  now: number,
): Promise<number | undefined> {
  const { Datapoints: points = [] } = await clients.cloudwatch(
    'GetMetricStatistics',
    (client, sdk) =>
      client.send(
        new sdk.GetMetricStatisticsCommand({
          Namespace: 'AWS/RDS',
          MetricName: 'ReplicaLag',
          Dimensions: [{ Name: 'DBInstanceIdentifier', Value: instance }],
          StartTime: new Date(now - lagOverMs),
          EndTime: new Date(now),
          Period: 60,
          Statistics: ['Maximum'],
        }),
      ),
  );
  const [newest] = points.toSorted(
    (a, b) => (b.Timestamp?.getTime() ?? 0) - (a.Timestamp?.getTime() ?? 0),
  );
  const lag = newest?.Maximum;
  return lag === undefined || lag < 0 ? undefined : lag;
}

export async function draftClusterFailover(
  request: DraftRequest,
  clients: Clients,
  name: string,
): Promise<Draft> {
  const found = await readCluster(clients, name);
  const to = String(request.args['to'] ?? '');
  const facts = { cluster: name, status: found.status };
  if (found.status !== 'available')
    return refused('AWS_NOT_AVAILABLE', { name, status: found.status });
  const candidates = to === '' ? found.readers : found.readers.filter((reader) => reader === to);
  if (candidates.length === 0) {
    return refused('AWS_NO_READER', {
      ...facts,
      to: to || 'anyone',
      readers: found.readers.join(', ') || 'none',
    });
  }
  const names = candidates.join(', ');
  const step = stepOf(request, {
    kind: failoverKind,
    id: `aws/${request.target.target}/cluster/${name}`,
    identity: found.resource,
    change: [
      {
        path: 'writer',
        what: 'changed',
        from: found.writer,
        to: to || `the one that RDS chooses of ${names}`,
      },
      { path: found.writer, what: 'changed', from: 'writer', to: 'reader' },
    ],
    params: { cluster: name, writer: found.writer, to },
    preconditions: { status: 'available', writer: found.writer, readers: found.readers.join(', ') },
    postconditions: { writer: names },
    verify: {
      what: 'another instance is the writer and the cluster is available',
      withinMs: 300_000,
    },
  });
  return drafted(step, {
    warnings: [problem('AWS_CLUSTER_LOSES_NOTHING', { cluster: name, engine: found.engine })],
    blast: {
      cluster: name,
      engine: found.engine,
      writer: found.writer,
      readers: found.readers.length,
      loses: 'nothing acknowledged',
      takes: 'as a rule fewer than 35 s without writes; up to 300 s until it is verified',
    },
  });
}

/** A Multi-AZ instance has one standby that nobody can read; a reboot with failover lets it take over. */
export async function draftReboot(
  request: DraftRequest,
  clients: Clients,
  name: string,
): Promise<Draft> {
  const found = await readInstance(clients, name);
  const { status, multiAz, zone, secondaryZone } = found;
  if (status !== 'available') return refused('AWS_NOT_AVAILABLE', { name, status });
  if (!multiAz) return refused('AWS_NOT_MULTI_AZ', { instance: name });
  const step = stepOf(request, {
    kind: rebootKind,
    id: `aws/${request.target.target}/instance/${name}`,
    identity: found.resource,
    change: [{ path: 'zone', what: 'changed', from: zone, to: secondaryZone }],
    params: { instance: name, zone, secondaryZone },
    preconditions: { status: 'available', zone, secondaryZone },
    postconditions: { zone: secondaryZone },
    verify: { what: 'it runs in the other zone and is available', withinMs: 600_000 },
  });
  return drafted(step, {
    warnings: [problem('AWS_STANDBY_LOSES_NOTHING', { instance: name })],
    blast: {
      instance: name,
      engine: found.engine,
      zone,
      loses: 'nothing acknowledged',
      takes: 'one to two minutes without the database; up to 600 s until it is verified',
    },
  });
}

export async function draftPromotion(
  request: DraftRequest,
  { clients, now }: { readonly clients: Clients; readonly now: number },
  name: string,
): Promise<Draft> {
  const found = await readInstance(clients, name);
  const { status, source, retentionDays } = found;
  if (source === '') return refused('AWS_NO_REPLICA', { instance: name });
  if (status !== 'available') return refused('AWS_NOT_AVAILABLE', { name, status });
  const lag = await replicaLag(clients, name, now).catch((error: unknown) => {
    if (error instanceof ProblemError) return undefined;
    throw error;
  });
  const step = stepOf(request, {
    kind: promoteKind,
    id: `aws/${request.target.target}/instance/${name}`,
    identity: found.resource,
    change: [
      { path: name, what: 'changed', from: `replica of ${source}`, to: 'a database of its own' },
      { path: 'replication', what: 'removed', from: source },
    ],
    params: { instance: name, source, retention: Math.max(1, retentionDays) },
    preconditions: { status: 'available', source },
    postconditions: { source: '' },
    verify: { what: 'it has no source and is available', withinMs: 1_800_000 },
  });
  const bound =
    lag === undefined ? 'not known: CloudWatch has no ReplicaLag of it' : `${lag} s of writes`;
  return drafted(step, {
    warnings: [problem('AWS_PROMOTION_BOUND', { instance: name, source, bound })],
    splitBrain: {
      old: source,
      because: 'a promotion does not stop it, and whoever reaches it may go on writing there',
    },
    blast: {
      instance: name,
      engine: found.engine,
      source,
      loses: bound,
      takes: 'minutes, with a reboot; up to 1800 s until it is verified',
    },
  });
}

type Drafted = Extract<Draft, { readonly ok: true }>;

type Drafting = Pick<
  Step,
  'kind' | 'change' | 'params' | 'preconditions' | 'postconditions' | 'verify'
> & { readonly id: string; readonly identity: string };

function stepOf(
  { target: { target, locator } }: DraftRequest,
  { id, identity, ...step }: Drafting,
): Step {
  return {
    ...step,
    id: 's1',
    v: 1,
    target: { id, identity },
    at: { integration: 'aws', target, locator },
    guard: 'unguarded',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
}

function drafted(
  step: Step,
  { warnings, blast, splitBrain }: Pick<Drafted, 'warnings' | 'blast' | 'splitBrain'>,
): Draft {
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings,
    blast,
    risk: 'danger',
    ...(splitBrain && { splitBrain }),
  };
}

export function refused(code: string, facts: Facts): Draft {
  return { ok: false, problem: problem(code, facts) };
}
