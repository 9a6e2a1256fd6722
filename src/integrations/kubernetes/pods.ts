import { maskedShort } from '../../core/masker.ts';
import type { StepContext } from '../../core/ports/step.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { ReadClient } from './client.ts';
import { at, type Json, list, text, whole } from './json.ts';
import type { Revision } from './revisions.ts';
import { corePath, isOwnedBy, type Workload, wordsFor } from './workload.ts';

/** The pods of one revision of a workload; all of its pods when the revision is not known. */
export async function readPods(
  client: ReadClient,
  live: Workload,
  revision?: Revision,
): Promise<readonly Json[]> {
  const pods = await client.listAll(
    corePath(live.locator, 'pods'),
    { labelSelector: live.selector },
    { urgent: true },
  );
  if (revision === undefined) return pods;
  if (live.locator.kind === 'deployment') return pods.filter((pod) => isOwnedBy(pod, revision.uid));
  const hash = text(at(revision.raw, 'metadata', 'labels', 'controller.kubernetes.io/hash'));
  return pods.filter((pod) => {
    const label = text(at(pod, 'metadata', 'labels', 'controller-revision-hash'));
    return isOwnedBy(pod, live.uid) && (label === hash || label === revision.name);
  });
}

/** One container of a pod, and why it does not run. */
export interface Container {
  readonly pod: string;
  readonly podCreatedAt: number;
  readonly container: string;
  readonly image: string;
  readonly ready: boolean;
  readonly waiting: boolean;
  /** `CrashLoopBackOff`, `NotReady`; empty when it is well. */
  readonly reason: string;
  readonly message: string;
  readonly restarts: number;
  /** How it ended the last time: `OOMKilled, exit code 137`. */
  readonly last: string;
}

export function containersOf(pod: Json): readonly Container[] {
  const main = list(at(pod, 'status', 'containerStatuses'));
  const init = list(at(pod, 'status', 'initContainerStatuses')).filter(
    (status) => text(at(status, 'state', 'waiting', 'reason')) !== '',
  );
  const found = [...init, ...main].map((status) => containerOf(pod, status));
  return found.length > 0 ? found : [unscheduled(pod)];
}

function containerOf(pod: Json, status: unknown): Container {
  const waiting = text(at(status, 'state', 'waiting', 'reason'));
  const ready = at(status, 'ready') === true;
  const ended = at(status, 'lastState', 'terminated') ?? at(status, 'state', 'terminated');
  const exit = whole(at(ended, 'exitCode'), -1);
  const last = [text(at(ended, 'reason')), exit < 0 ? '' : `exit code ${exit}`];
  return {
    ...podOf(pod),
    container: text(at(status, 'name')),
    image: text(at(status, 'image')),
    ready,
    waiting: waiting !== '',
    reason: waiting || (ready ? '' : 'NotReady'),
    message: maskedShort(text(at(status, 'state', 'waiting', 'message')), 200),
    restarts: whole(at(status, 'restartCount')),
    last: last.filter((part) => part !== '').join(', ') || 'unknown',
  };
}

/** No node took it yet: nothing of it has a status of its own. */
function unscheduled(pod: Json): Container {
  const condition = list(at(pod, 'status', 'conditions')).find(
    (one) => at(one, 'type') === 'PodScheduled' && at(one, 'status') === 'False',
  );
  return {
    ...podOf(pod),
    container: text(at(list(at(pod, 'spec', 'containers'))[0], 'name')),
    image: text(at(list(at(pod, 'spec', 'containers'))[0], 'image')),
    ready: false,
    waiting: true,
    reason: text(at(condition, 'reason')) || text(at(pod, 'status', 'phase')) || 'Pending',
    message: maskedShort(text(at(condition, 'message')), 200),
    restarts: 0,
    last: 'unknown',
  };
}

function podOf(pod: Json): { pod: string; podCreatedAt: number } {
  return {
    pod: text(at(pod, 'metadata', 'name')),
    podCreatedAt: Date.parse(text(at(pod, 'metadata', 'creationTimestamp'))) || 0,
  };
}

const imageReasons = ['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];
const configReasons = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];
/** The clocks of the cluster and ours may differ a little. */
const skewMs = 10_000;
const crashesMax = 2;

/** What keeps pods from ever running. `ErrImagePull` alone is a first try and may pass. */
export function podTrouble(
  pods: readonly Json[],
  live: Workload,
  context: StepContext,
): Problem | undefined {
  const workload = wordsFor(live.locator);
  for (const stuck of pods.flatMap(containersOf)) {
    const { pod, container, image, reason, restarts, last, message } = stuck;
    if (imageReasons.includes(reason)) {
      return problem('K8S_IMAGE_PULL', { workload, pod, image, reason });
    }
    if (configReasons.includes(reason)) {
      const why = message === '' ? reason : `${reason}, ${message}`;
      return problem('K8S_CONTAINER_CONFIG', { workload, pod, container, reason: why });
    }
    if (reason === 'CrashLoopBackOff' && crashedSince(stuck, context)) {
      return problem('K8S_CRASH_LOOP', { workload, pod, container, restarts, last });
    }
  }
  return undefined;
}

/** Those made since the operation began: what was broken before it is not its doing. */
export function madeSince(pods: readonly Json[], context: StepContext): readonly Json[] {
  const since = context.startedAt - skewMs;
  return pods.filter((pod) => Date.parse(text(at(pod, 'metadata', 'creationTimestamp'))) >= since);
}

/** Restarts of before our change are not its fault: only pods made by it count from zero. */
function crashedSince({ podCreatedAt, restarts }: Container, context: StepContext): boolean {
  return podCreatedAt >= context.startedAt - skewMs && restarts >= crashesMax;
}
