import { maskedShort } from '../../../core/masker.ts';
import type { Step } from '../../../core/operation/plan.ts';
import type {
  Applied,
  ApplyContext,
  Checked,
  Observed,
  StepContext,
  StepDriver,
} from '../../../core/ports/step.ts';
import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import type { Cluster, WritableCluster } from '../cluster.ts';
import {
  type CronJob,
  type Job,
  jobBody,
  jobName,
  jobsPath,
  placeOfJob,
  podsOfJob,
  readCronJob,
  readJob,
  runningJobs,
} from '../jobs.ts';
import { readLogs } from '../logs.ts';
import { busy } from '../plans/run-job.ts';
import { containersOf } from '../pods.ts';
import { short } from '../template.ts';

/**
 * Runs a CronJob now. The Job's name comes from the operation, so the server refuses a second one; ours is told from one
 * of somebody else by its mark.
 */
export function runJobDriver(cluster: WritableCluster): StepDriver {
  const { reader, writer, config } = cluster;
  return {
    landsWithinMs: config.landsWithinMs,
    check: (step, context) => guarded(() => check(cluster, step, context)),
    async apply(step, context): Promise<Applied> {
      let cronJob: CronJob;
      try {
        cronJob = await read(cluster, step);
      } catch (error) {
        return { outcome: 'refused', problem: known(error) };
      }
      // What is sent is what was just read, so it is looked at once more.
      if (tokenOf(cronJob) !== context.token) return { outcome: 'moved' };
      const name = nameIn(step, context);
      const body = jobBody(cronJob, { name, marked: markOf(step, context) });
      const written = await writer.post(jobsPath(cronJob.place), body, { urgent: true });
      if (written.outcome === 'written') {
        return { outcome: 'applied', outputs: { backup: name } };
      }
      if (written.outcome !== 'conflict') return written;
      const there = await readJob(reader, cronJob.place, name).catch(() => undefined);
      if (there && isOurs(there, step, context)) return { outcome: 'applied' };
      const taken = problem('K8S_JOB_NAME_TAKEN', { namespace: cronJob.place.namespace, name });
      return { outcome: 'refused', problem: taken };
    },
    // That it is not there says nothing: the request may yet arrive.
    async probe(step, context) {
      const job = await jobIn(cluster, step, context).catch(() => undefined);
      return job && isOurs(job, step, context) ? 'yes' : 'cannot-know';
    },
    async observe(step, context): Promise<Observed> {
      try {
        return await observe(cluster, step, context);
      } catch (error) {
        const { code } = known(error);
        return {
          state: 'progress',
          progress: { done: 0, of: 0, what: `the Job cannot be seen just now (${code})` },
        };
      }
    },
    undo: () => 'irreversible',
  };
}

async function check(cluster: WritableCluster, step: Step, context: StepContext): Promise<Checked> {
  const job = await jobIn(cluster, step, context);
  if (job && isOurs(job, step, context)) {
    const facts = { workload: `Job ${job.name}`, mark: job.mark };
    return { ok: false, ours: true, problem: problem('K8S_STEP_ALREADY_APPLIED', facts) };
  }
  const cronJob = await read(cluster, step);
  const { namespace, cronjob } = cronJob.place;
  const shown = [
    ['identity', step.target.identity, cronJob.uid],
    ['template', short(String(step.preconditions['template'])), short(cronJob.digest)],
  ] as const;
  const moved = shown.find(([, planned, observed]) => planned !== observed);
  if (moved) {
    const [field, planned, observed] = moved;
    const facts = { target: `${namespace}/cronjob/${cronjob}`, field, planned, observed };
    return { ok: false, problem: problem('PLAN_STALE', facts) };
  }
  const running = cronJob.policy === 'Allow' ? [] : await runningJobs(cluster.reader, cronJob);
  if (running.length > 0) return { ok: false, problem: busy(cronJob, running) };
  return { ok: true, token: tokenOf(cronJob) };
}

async function observe(cluster: Cluster, step: Step, context: StepContext): Promise<Observed> {
  const place = placeOfJob(step.at.locator);
  const job = await jobIn(cluster, step, context);
  const name = nameIn(step, context);
  if (!job) {
    const facts = { namespace: place.namespace, name };
    return { state: 'failed', problem: problem('K8S_JOB_GONE', facts) };
  }
  const { succeeded, wanted, state } = job;
  if (state === 'complete') return { state: 'done' };
  if (state === 'failed') {
    const said = await lastWords(cluster, step, job).catch(() => '');
    const why = [job.reason, job.message].filter((part) => part !== '').join(': ');
    const facts = { namespace: place.namespace, name, why: maskedShort(why) || 'Failed' };
    return {
      state: 'failed',
      problem: problem('K8S_JOB_FAILED', { ...facts, said: said || 'nothing that could be read' }),
    };
  }
  const failures = job.failed > 0 ? `, ${job.failed} failed and tried again` : '';
  const stuck = await trouble(cluster, step, job).catch(() => '');
  const what = `pods are through, ${job.active} run${failures}${stuck}`;
  return { state: 'progress', progress: { done: succeeded, of: wanted, what } };
}

/** Why a pod does not begin: a Job waits for its image for ever. */
async function trouble({ reader }: Cluster, step: Step, job: Job): Promise<string> {
  const pods = await podsOfJob(reader, placeOfJob(step.at.locator), job);
  const stuck = pods
    .flatMap(containersOf)
    .find(({ waiting, reason }) => waiting && !beginning.includes(reason));
  return stuck ? `; ${stuck.pod}: ${stuck.reason}` : '';
}

const beginning = ['ContainerCreating', 'PodInitializing', 'Pending', ''];

const linesMax = 8;
const saidMax = 800;

/** What it printed last, masked: why a backup failed stands there and nowhere else. */
async function lastWords({ reader }: Cluster, step: Step, job: Job): Promise<string> {
  const place = placeOfJob(step.at.locator);
  const pods = await podsOfJob(reader, place, job);
  const { lines } = await readLogs(reader, place, { pods, lines: linesMax, errorsFirst: false });
  return lines
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join(' ⏎ ')
    .slice(-saidMax);
}

function jobIn({ reader }: Cluster, step: Step, context: StepContext): Promise<Job | undefined> {
  return readJob(reader, placeOfJob(step.at.locator), nameIn(step, context));
}

function read({ reader, digest }: Cluster, step: Step): Promise<CronJob> {
  return readCronJob(reader, placeOfJob(step.at.locator), digest);
}

export function nameIn(step: Step, context: Pick<StepContext, 'startedAt' | 'operation'>): string {
  return jobName(placeOfJob(step.at.locator).cronjob, context);
}

function tokenOf({ uid, digest }: CronJob): string {
  return `${uid}/${digest}`;
}

function isOurs({ mark }: Job, step: Step, context: StepContext): boolean {
  return mark.startsWith(`${context.operation}/${step.id}/`);
}

function markOf(step: Step, { operation, attempt }: ApplyContext): string {
  return `${operation}/${step.id}/${attempt}`;
}

async function guarded(check: () => Promise<Checked>): Promise<Checked> {
  try {
    return await check();
  } catch (error) {
    return { ok: false, problem: known(error) };
  }
}

function known(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  throw error;
}
