import { maskedShort } from '../../core/masker.ts';
import type { TargetRef } from '../../core/ports/step.ts';
import type {
  Looked,
  UnhealthyInstance,
  WorkloadEvent,
  WorkloadReader,
  WorkloadRevision,
  WorkloadStatus,
} from '../../core/ports/workload.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { readAutoscaler } from './autoscaler.ts';
import type { Cluster } from './cluster.ts';
import { at, type Json, list, text, whole } from './json.ts';
import { readLogs } from './logs.ts';
import { type Container, containersOf, readPods } from './pods.ts';
import { readRevisions } from './revisions.ts';
import { type Locator, locatorOf } from './schema.ts';
import { imagesOf, short } from './template.ts';
import { corePath, namesLike, readWorkload, type Workload, wordsFor } from './workload.ts';

const unhealthyMax = 10;
const eventsMax = 10;

export function createReader(cluster: Cluster): WorkloadReader {
  const { reader, digest } = cluster;
  const workloadOf = (locator: Locator): Promise<Workload> => readWorkload(reader, locator, digest);
  return {
    status: (target) =>
      looking(target, async (locator) => statusOf(cluster, await workloadOf(locator))),
    logs: (target, wanted) =>
      looking(target, async (locator) => {
        const live = await workloadOf(locator);
        return readLogs(reader, locator, { pods: await readPods(reader, live), ...wanted });
      }),
    history: (target) =>
      looking(target, async (locator) => historyOf(cluster, await workloadOf(locator))),
    namesLike: (target) => looking(target, (locator) => namesLike(reader, locator)),
  };
}

async function looking<T>(
  target: TargetRef,
  look: (locator: Locator) => Promise<T>,
): Promise<Looked<T>> {
  const locator = locatorOf(target.locator);
  if (locator === undefined) return { ok: false, problem: problem('K8S_LOCATOR') };
  try {
    return { ok: true, value: await look(locator) };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}

async function statusOf(cluster: Cluster, live: Workload): Promise<WorkloadStatus> {
  const { reader, digest, config } = cluster;
  const [pods, revisions, autoscaler] = await Promise.all([
    readPods(reader, live),
    readRevisions(reader, live, digest),
    readAutoscaler(reader, live),
  ]);
  const current = revisions.find((revision) => revision.digest === live.digest);
  const containers = pods.flatMap(containersOf).filter(({ ready }) => !ready);
  const names = [live.locator.name, ...new Set(containers.map(({ pod }) => pod))].slice(0, 4);
  return {
    id: `kubernetes/${config.target}/${wordsFor(live.locator)}`,
    identity: live.uid,
    replicas: countsOf(live),
    images: imagesOf(live.template),
    ...(current === undefined ? {} : { revision: current.number }),
    paused: live.paused,
    ...(autoscaler.found === undefined
      ? {}
      : {
          autoscaled: {
            by: autoscaler.found.name,
            min: autoscaler.found.min,
            max: autoscaler.found.max,
          },
        }),
    conditions: list(at(live.raw, 'status', 'conditions')).map((condition) => ({
      type: text(at(condition, 'type')),
      holds: at(condition, 'status') === 'True',
      reason: text(at(condition, 'reason')),
      message: maskedShort(text(at(condition, 'message'))),
    })),
    unhealthy: containers.slice(0, unhealthyMax).map(unhealthyOf),
    events: await eventsOf(cluster, live, names),
  };
}

function countsOf({ locator, raw, replicas: desired }: Workload): WorkloadStatus['replicas'] {
  const status = (field: string): number => whole(at(raw, 'status', field));
  return locator.kind === 'daemonset'
    ? {
        desired,
        ready: status('numberReady'),
        updated: status('updatedNumberScheduled'),
        available: status('numberAvailable'),
      }
    : {
        desired,
        ready: status('readyReplicas'),
        updated: status('updatedReplicas'),
        available: status('availableReplicas'),
      };
}

function unhealthyOf(container: Container): UnhealthyInstance {
  const { pod, container: process, reason, message, restarts, last, image } = container;
  return { instance: pod, process, reason, message, restarts, last, image };
}

/** Of the workload itself and of its unhealthy pods, newest first. */
async function eventsOf(
  { reader }: Cluster,
  { locator }: Workload,
  names: readonly string[],
): Promise<readonly WorkloadEvent[]> {
  const found = await Promise.all(
    names.map((name) =>
      reader.listAll(corePath(locator, 'events'), { fieldSelector: `involvedObject.name=${name}` }),
    ),
  );
  return found
    .flat()
    .map(eventOf)
    .sort((one, other) => other.at - one.at)
    .slice(0, eventsMax);
}

/** Newer reporters leave `lastTimestamp` empty and write `eventTime` or a series. */
function eventOf(event: Json): WorkloadEvent {
  const times = [
    at(event, 'lastTimestamp'),
    at(event, 'series', 'lastObservedTime'),
    at(event, 'eventTime'),
    at(event, 'metadata', 'creationTimestamp'),
  ];
  const when = times.map(text).find((time) => time !== '') ?? '';
  const about = at(event, 'involvedObject');
  return {
    at: Date.parse(when) || 0,
    about: `${text(at(about, 'kind')).toLowerCase()}/${text(at(about, 'name'))}`,
    reason: text(event['reason']),
    message: maskedShort(text(event['message'])),
    count: whole(event['count'], whole(at(event, 'series', 'count'), 1)),
    warning: event['type'] === 'Warning',
  };
}

async function historyOf(
  { reader, digest }: Cluster,
  live: Workload,
): Promise<readonly WorkloadRevision[]> {
  const revisions = await readRevisions(reader, live, digest);
  return revisions.map((revision) => ({
    number: revision.number,
    uid: revision.uid,
    digest: short(revision.digest),
    images: revision.images,
    createdAt: Date.parse(revision.createdAt) || 0,
    ...(revision.cause === undefined ? {} : { cause: maskedShort(revision.cause) }),
    current: revision.digest === live.digest,
  }));
}
