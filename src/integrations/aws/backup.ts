import { sayBytes } from '../../core/backup/estimate.ts';
import { streamOf, subjectIn } from '../../core/backup/manifest.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../core/ports/step.ts';
import type { Looked } from '../../core/ports/workload.ts';
import { type Facts, problem } from '../../core/problem.ts';
import { duration } from '../../core/view/words.ts';
import type { Clients } from './clients.ts';
import { readCluster, readInstance, refused } from './database.ts';
import { type DatabasePlace, listSnapshots, type Snapshot } from './snapshots.ts';
import { snapshotKind } from './steps/kinds.ts';

/** A database as far as a copy of it is concerned. */
interface Source {
  readonly resource: string;
  readonly status: string;
  readonly engine: string;
  readonly gibibytes: number;
  readonly isEncrypted: boolean;
  /** Nobody else has its data, so reading it for a copy is felt. */
  readonly isAlone: boolean;
}

/** RDS takes one of a database that it is not busy with: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html */
const copyable = ['available', 'storage-optimization'];

export async function surveySnapshot(
  clients: Clients,
  place: DatabasePlace,
): Promise<Looked<Facts>> {
  const { status, engine, gibibytes, isEncrypted } = await sourceOf(clients, place);
  if (!copyable.includes(status)) {
    return { ok: false, problem: problem('AWS_NOT_AVAILABLE', { name: place.name, status }) };
  }
  const { length: snapshots } = await listSnapshots(clients, place);
  const bytes = gibibytes * 1024 ** 3;
  const facts = { place: `${place.kind} ${place.name}`, program: `RDS, ${engine}` };
  return { ok: true, value: { ...facts, bytes, encrypted: isEncrypted, snapshots } };
}

/** A plan with one step: RDS takes the snapshot and keeps it until somebody deletes it. */
export async function draftSnapshot(
  request: DraftRequest,
  clients: Clients,
  place: DatabasePlace,
): Promise<Draft> {
  const source = await sourceOf(clients, place);
  const { status, engine, gibibytes, isEncrypted, isAlone } = source;
  if (!copyable.includes(status)) return refused('AWS_NOT_AVAILABLE', { name: place.name, status });
  const step = snapshotStep(request, place, source);
  const snapshots = await listSnapshots(clients, place);
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: [
      ...(isEncrypted ? [] : [problem('BACKUP_NOT_ENCRYPTED', { store: 'that account' })]),
      ...(isAlone ? [problem('AWS_SNAPSHOT_STALLS', { instance: place.name })] : []),
    ],
    blast: {
      copies: `${place.kind} ${place.name} (${engine})`,
      size:
        gibibytes === 0 ? 'what its volume holds' : `${sayBytes(gibibytes * 1024 ** 3)} at most`,
      encrypted: isEncrypted ? 'as the database is' : 'no',
      kept: 'in RDS, until retention or somebody deletes it',
      'there already': saidOf(snapshots),
      takes: `minutes as a rule, ${duration(withinMs(request))} at most`,
    },
    risk: 'change',
  };
}

/** One snapshot as a step: of a plan of its own, or the one that a restore takes first. */
export function snapshotStep(
  request: DraftRequest,
  place: DatabasePlace,
  { resource, status }: Pick<Source, 'resource' | 'status'>,
): Step {
  const { target, locator } = request.target;
  const subject = subjectIn({ ...request.args, service: request.service });
  return {
    id: 's1',
    kind: snapshotKind,
    v: 1,
    // A backup stands in the way of another one of the same, and of nothing else.
    target: { id: streamOf(subject), identity: resource },
    at: { integration: 'aws', target, locator },
    change: [
      {
        path: `snapshot of ${place.name}`,
        what: 'added',
        to: `tocsin-${place.name}-…, named by when it begins`,
      },
    ],
    params: { ...subject, kind: place.kind, of: place.name },
    preconditions: { status },
    postconditions: { snapshot: 'available' },
    verify: { what: 'RDS says that it is available', withinMs: withinMs(request) },
    guard: 'conditional',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
}

/** How long the entry of `backups:` allows. */
export function withinMs({ args }: DraftRequest): number {
  return Number(args['withinMs'] ?? 21_600_000);
}

function saidOf(snapshots: readonly Snapshot[]): string {
  const [newest] = snapshots;
  if (!newest) return 'no snapshot';
  const automated = snapshots.filter(({ type }) => type === 'automated').length;
  return `${snapshots.length} snapshots, ${automated} of them by RDS itself; the newest is ${newest.name}`;
}

async function sourceOf(clients: Clients, { kind, name }: DatabasePlace): Promise<Source> {
  if (kind === 'instance') {
    const { resource, status, engine, gibibytes, isEncrypted, multiAz } = await readInstance(
      clients,
      name,
    );
    return { resource, status, engine, gibibytes, isEncrypted, isAlone: !multiAz };
  }
  const { resource, status, engine, gibibytes, isEncrypted } = await readCluster(clients, name);
  return { resource, status, engine, gibibytes, isEncrypted, isAlone: false };
}
