import { streamOf, subjectIn } from '../../../core/backup/manifest.ts';
import type { Step } from '../../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../../core/ports/step.ts';
import { type Problem, problem } from '../../../core/problem.ts';
import { duration } from '../../../core/view/words.ts';
import { type Cluster, isProblem } from '../cluster.ts';
import { type CronJob, jobBody, jobsPath, placeOfJob, readCronJob, runningJobs } from '../jobs.ts';
import { at, whole } from '../json.ts';
import { short } from '../template.ts';

export const runJobKind = 'kubernetes.run-job';

/** A run of a CronJob now: a Job from its template, tried by the server without being kept. */
export async function draftJob(cluster: Cluster, request: DraftRequest): Promise<Draft> {
  const place = placeOfJob(request.target.locator);
  const cronJob = await readCronJob(cluster.reader, place, cluster.digest);
  const running = await runningJobs(cluster.reader, cronJob);
  if (cronJob.policy !== 'Allow' && running.length > 0) {
    return { ok: false, problem: busy(cronJob, running) };
  }
  const refused = await tried(cluster, cronJob);
  if (refused) return { ok: false, problem: refused };
  const step = stepOf(request, cronJob);
  const limit = whole(at(cronJob.template, 'spec', 'activeDeadlineSeconds'));
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: warningsOf(cronJob, running),
    blast: {
      cluster: request.target.target,
      runs: `CronJob ${place.namespace}/${place.cronjob}, template ${short(cronJob.digest)}`,
      images: cronJob.images.join(', '),
      schedule: `${cronJob.schedule}${cronJob.isSuspended ? ', suspended' : ''}`,
      'last success': cronJob.lastSuccess || 'none that is known',
      tries: whole(at(cronJob.template, 'spec', 'backoffLimit'), 6) + 1,
      takes:
        limit > 0
          ? `${duration(limit * 1000)} at most, then the cluster ends it`
          : `no limit of its own; watched for ${duration(withinMs(request))}`,
    },
    risk: 'change',
  };
}

function stepOf(request: DraftRequest, { place, uid, digest }: CronJob): Step {
  const { target, locator } = request.target;
  const subject = subjectIn({ ...request.args, service: request.service });
  return {
    id: 's1',
    kind: runJobKind,
    v: 1,
    // A backup stands in the way of another one of the same, and of nothing else.
    target: { id: streamOf(subject), identity: uid },
    at: { integration: 'kubernetes', target, locator },
    change: [
      {
        path: `Job in ${place.namespace}`,
        what: 'added',
        to: `${place.cronjob}-…, from the template of CronJob ${place.cronjob}, named by when it begins`,
      },
    ],
    params: { ...subject, ...place },
    preconditions: { template: digest },
    postconditions: { job: 'Complete' },
    verify: { what: 'the Job is complete', withinMs: withinMs(request) },
    guard: 'conditional',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
}

/** How long the entry of `backups:` allows. */
function withinMs({ args }: DraftRequest): number {
  return Number(args['withinMs'] ?? 21_600_000);
}

/** Admission, quota and schema have their say now, and nothing is kept. */
async function tried(cluster: Cluster, cronJob: CronJob): Promise<Problem | undefined> {
  const simulator = cluster.simulator();
  if (isProblem(simulator)) return simulator;
  const body = jobBody(cronJob, { name: `${cronJob.place.cronjob.slice(0, 40)}-try`, marked: '' });
  const would = await simulator.post(jobsPath(cronJob.place), body);
  // A name that is taken says that everything else was taken.
  return would.outcome === 'written' || would.outcome === 'conflict' ? undefined : would.problem;
}

export function busy({ place, policy }: CronJob, running: readonly string[]): Problem {
  const { namespace, cronjob } = place;
  const jobs = running.join(', ');
  return problem('K8S_CRONJOB_BUSY', { namespace, cronjob, policy, jobs });
}

function warningsOf(cronJob: CronJob, running: readonly string[]): readonly Problem[] {
  const { place, isSuspended, policy } = cronJob;
  const { namespace, cronjob } = place;
  const facts = { namespace, cronjob, policy, jobs: running.join(', ') };
  return [
    ...(isSuspended ? [problem('K8S_CRONJOB_SUSPENDED', facts)] : []),
    ...(running.length > 0 ? [problem('K8S_CRONJOB_RUNS', facts)] : []),
    ...(policy !== 'Allow' && !isSuspended ? [problem('K8S_CRONJOB_MAY_MEET', facts)] : []),
  ];
}
