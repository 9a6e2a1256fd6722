// Runs pods to their end, again when one fails, until enough have succeeded or too many failed.

import { timestamp } from '../clock.ts';
import type { Condition, Job, Pod } from '../objects.ts';
import { terminatePod } from '../writes.ts';
import type { Controller, ControllerContext } from './context.ts';
import { createPod, isActive, isReady, positive } from './pods.ts';

export function jobController(context: ControllerContext): Controller {
  const { store, clock } = context;
  return {
    resource: 'jobs',
    sync(namespace, name) {
      const job = store.get('jobs', namespace, name);
      if (!job || job.spec.suspend || isOver(job)) return undefined;
      const pods = store.ownedBy('pods', job);
      const verdict = judge(job, pods, clock.now());
      if (verdict) {
        for (const pod of pods.filter(isActive)) terminatePod(store, pod);
      }
      const again = verdict ? undefined : fill(context, job, pods);
      writeStatus(context, job, verdict);
      return again;
    },
  };
}

interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

function judge({ spec, status }: Job, pods: Pod[], now: number): Verdict | undefined {
  const succeeded = pods.filter(({ status: { phase } }) => phase === 'Succeeded').length;
  if (succeeded >= spec.completions) {
    const message = 'Reached expected number of succeeded pods';
    return { type: 'Complete', reason: 'CompletionsReached', message };
  }
  const limit = (spec.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  if (status.startTime && now - Date.parse(status.startTime) >= limit) {
    const message = 'Job was active longer than specified deadline';
    return { type: 'Failed', reason: 'DeadlineExceeded', message };
  }
  const failed = pods.filter(({ status: { phase } }) => phase === 'Failed').length;
  const isBeyond = failed > spec.backoffLimit || restartsOf(pods) > spec.backoffLimit;
  if (!isBeyond) return undefined;
  const message = 'Job has reached the specified backoff limit';
  return { type: 'Failed', reason: 'BackoffLimitExceeded', message };
}

/** Makes what is missing, and says when to look again: for the deadline, or for the next try after a failure. */
function fill({ store, events, timing, clock }: ControllerContext, job: Job, pods: Pod[]) {
  const { spec, status } = job;
  const active = pods.filter(isActive).length;
  const succeeded = pods.filter(({ status: { phase } }) => phase === 'Succeeded').length;
  const failed = pods.filter(({ status: { phase } }) => phase === 'Failed').length;
  const since = status.startTime ? Date.parse(status.startTime) : clock.now();
  const deadline =
    spec.activeDeadlineSeconds === undefined
      ? Number.POSITIVE_INFINITY
      : since + spec.activeDeadlineSeconds * 1000;
  let waitMs = deadline - clock.now();
  const missing = Math.min(spec.parallelism, spec.completions - succeeded) - active;
  if (missing > 0) {
    const last = Math.max(0, ...pods.map(endOf));
    const dueIn = failed === 0 ? 0 : last + timing.jobBackoffMs * 2 ** (failed - 1) - clock.now();
    if (dueIn > 0) waitMs = Math.min(waitMs, dueIn);
    for (let made = 0; dueIn <= 0 && made < missing; made += 1) {
      const pod = createPod(store, { owner: job, template: spec.template });
      const message = `Created pod: ${pod.metadata.name}`;
      events(job, { reason: 'SuccessfulCreate', message, component: 'job-controller' });
    }
  }
  return Number.isFinite(waitMs) ? Math.max(1, waitMs) : undefined;
}

function writeStatus(
  { store, clock, events }: ControllerContext,
  job: Job,
  verdict: Verdict | undefined,
): void {
  const pods = store.ownedBy('pods', job);
  const now = timestamp(clock.now());
  const count = (phase: Pod['status']['phase']) =>
    pods.filter(({ status }) => status.phase === phase).length;
  const active = pods.filter(isActive);
  store.update('jobs', job, (draft) => {
    draft.status = {
      startTime: draft.status.startTime ?? now,
      ...positive('active', verdict ? 0 : active.length),
      ...positive('ready', verdict ? 0 : active.filter(isReady).length),
      ...positive('succeeded', count('Succeeded')),
      ...positive('failed', count('Failed') + (verdict?.type === 'Failed' ? active.length : 0)),
      ...(verdict && { conditions: conditionsOf(verdict, now) }),
      ...(verdict?.type === 'Complete' && { completionTime: now }),
    };
  });
  if (!verdict) return;
  const { type, reason, message } = verdict;
  const ended =
    type === 'Complete'
      ? { type: 'Normal' as const, reason: 'Completed', message: 'Job completed' }
      : { type: 'Warning' as const, reason, message };
  events(job, { ...ended, component: 'job-controller' });
}

/** The one that says why comes before the one that says that it is over, since 1.31. */
function conditionsOf({ type, reason, message }: Verdict, now: string): Condition[] {
  const first = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  return [first, type].map((each) => ({
    type: each,
    status: 'True' as const,
    reason,
    message,
    lastTransitionTime: now,
  }));
}

function isOver({ status }: Job): boolean {
  return (status.conditions ?? []).some(
    ({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True',
  );
}

function restartsOf(pods: Pod[]): number {
  return pods
    .flatMap(({ status }) => status.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function endOf({ status }: Pod): number {
  const ends = (status.containerStatuses ?? []).map(({ state }) =>
    Date.parse(state.terminated?.finishedAt ?? ''),
  );
  return Math.max(0, ...ends.filter(Number.isFinite));
}
