import { backupId, folderOf, type Subject } from '../../core/backup/manifest.ts';
import type { OwnCopy } from '../../core/ports/own-copies.ts';
import type { StepContext } from '../../core/ports/step.ts';
import { ProblemError } from '../../core/problem.ts';
import type { Clients } from './clients.ts';

/** An instance or a cluster, by its identifier. */
export interface DatabasePlace {
  readonly kind: 'instance' | 'cluster';
  readonly name: string;
}

/** A snapshot of either. */
export interface Snapshot {
  readonly name: string;
  /** What it was taken of, as it was called then. */
  readonly of: string;
  /** `creating`, `available`, `failed`, … */
  readonly status: string;
  readonly percent: number;
  readonly at: number;
  readonly gibibytes: number;
  readonly isEncrypted: boolean;
  /** `manual`, `automated`, `awsbackup`. */
  readonly type: string;
  readonly engine: string;
  readonly version: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** What says whose a snapshot is: the operation, and the thing that is backed up. */
export const operationTag = 'tocsin:operation';
export const backupTag = 'tocsin:backup';

export function tagsOf(operation: string, subject: Subject) {
  return [
    { Key: operationTag, Value: operation },
    { Key: backupTag, Value: folderOf(subject) },
  ];
}

/** 63 letters, digits and single hyphens: what both kinds of snapshots, instances and clusters may be called. */
const nameMax = 63;

/** `tocsin-orders-20261126t030000z-1a2b3c`: of what, since when, and by which operation. */
export function snapshotName(
  of: string,
  { startedAt, operation }: Pick<StepContext, 'startedAt' | 'operation'>,
): string {
  return shortened('tocsin-', of, `-${backupId(startedAt, operation).toLowerCase()}`);
}

/** A name that is not longer than it may be, with its ends whole. */
export function shortened(before: string, middle: string, after: string): string {
  const room = nameMax - before.length - after.length;
  return `${before}${middle.toLowerCase().slice(0, room).replace(/-+$/, '')}${after}`;
}

/** Newest first; those that RDS itself takes are among them. */
export async function listSnapshots(
  clients: Clients,
  place: DatabasePlace,
): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = [];
  let marker: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const next = await pageOf(clients, place, { marker });
    found.push(...next.snapshots);
    marker = next.marker;
    if (marker === undefined) break;
  }
  return found.toSorted((one, other) => other.at - one.at);
}

/** One by its name; undefined where there is none. */
export async function readSnapshot(
  clients: Clients,
  { kind }: Pick<DatabasePlace, 'kind'>,
  name: string,
): Promise<Snapshot | undefined> {
  try {
    const { snapshots } = await pageOf(clients, { kind, name: '' }, { snapshot: name });
    return snapshots[0];
  } catch (error) {
    if (error instanceof ProblemError && /^DB(Cluster)?SnapshotNotFound/.test(whyOf(error))) {
      return undefined;
    }
    throw error;
  }
}

export function copyOf({
  name,
  gibibytes,
  at,
  status,
  isEncrypted,
  type,
  tags,
}: Snapshot): OwnCopy {
  return {
    name,
    bytes: gibibytes * 1024 ** 3,
    at,
    status,
    isWhole: status === 'available',
    isEncrypted,
    by: tags.has(operationTag) ? 'tocsin' : type === 'manual' ? 'somebody' : 'the target',
  };
}

/** A hundred to each; more snapshots of one database nobody has: the quota of a region is a hundred manual ones. */
const pagesMax = 20;

interface Asked {
  readonly marker?: string | undefined;
  readonly snapshot?: string;
}

interface Page {
  readonly snapshots: readonly Snapshot[];
  readonly marker: string | undefined;
}

async function pageOf(clients: Clients, place: DatabasePlace, asked: Asked): Promise<Page> {
  return place.kind === 'instance'
    ? instancePage(clients, place.name, asked)
    : clusterPage(clients, place.name, asked);
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html */
async function instancePage(
  clients: Clients,
  name: string,
  { marker, snapshot }: Asked,
): Promise<Page> {
  const { DBSnapshots: found = [], Marker } = await clients.rds('DescribeDBSnapshots', (rds, sdk) =>
    rds.send(
      new sdk.DescribeDBSnapshotsCommand({
        ...(snapshot === undefined
          ? { DBInstanceIdentifier: name }
          : { DBSnapshotIdentifier: snapshot, ...typeOf(snapshot) }),
        ...(marker !== undefined && { Marker: marker }),
      }),
    ),
  );
  const snapshots = found.map((each) => ({
    ...common(each),
    name: each.DBSnapshotIdentifier ?? '',
    of: each.DBInstanceIdentifier ?? '',
    isEncrypted: each.Encrypted === true,
  }));
  return { snapshots, marker: Marker };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterSnapshots.html */
async function clusterPage(
  clients: Clients,
  name: string,
  { marker, snapshot }: Asked,
): Promise<Page> {
  const { DBClusterSnapshots: found = [], Marker } = await clients.rds(
    'DescribeDBClusterSnapshots',
    (rds, sdk) =>
      rds.send(
        new sdk.DescribeDBClusterSnapshotsCommand({
          ...(snapshot === undefined
            ? { DBClusterIdentifier: name }
            : { DBClusterSnapshotIdentifier: snapshot, ...typeOf(snapshot) }),
          ...(marker !== undefined && { Marker: marker }),
        }),
      ),
  );
  const snapshots = found.map((each) => ({
    ...common(each),
    name: each.DBClusterSnapshotIdentifier ?? '',
    of: each.DBClusterIdentifier ?? '',
    isEncrypted: each.StorageEncrypted === true,
  }));
  return { snapshots, marker: Marker };
}

interface Described {
  readonly Status?: string | undefined;
  readonly PercentProgress?: number | undefined;
  readonly SnapshotCreateTime?: Date | undefined;
  readonly AllocatedStorage?: number | undefined;
  readonly SnapshotType?: string | undefined;
  readonly Engine?: string | undefined;
  readonly EngineVersion?: string | undefined;
  readonly TagList?:
    | readonly { Key?: string | undefined; Value?: string | undefined }[]
    | undefined;
}

function common(each: Described): Omit<Snapshot, 'name' | 'of' | 'isEncrypted'> {
  return {
    status: each.Status ?? '',
    percent: each.PercentProgress ?? 0,
    at: each.SnapshotCreateTime?.getTime() ?? 0,
    gibibytes: each.AllocatedStorage ?? 0,
    type: each.SnapshotType ?? '',
    engine: each.Engine ?? '',
    version: each.EngineVersion ?? '',
    tags: new Map((each.TagList ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}

/** One that RDS took by itself is found by its name only where its type is said as well. */
function typeOf(snapshot: string): { readonly SnapshotType?: string } {
  const [before] = snapshot.split(':');
  if (before === 'rds' && snapshot.includes(':')) return { SnapshotType: 'automated' };
  return before === 'awsbackup' && snapshot.includes(':') ? { SnapshotType: 'awsbackup' } : {};
}

function whyOf({ problem }: ProblemError): string {
  return String(problem.facts['why'] ?? '');
}
