import type { OwnCopies } from '../../core/ports/own-copies.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { type Cluster, isProblem } from './cluster.ts';
import { placeOfJob, readCronJob } from './jobs.ts';
import { runJobKind } from './plans/run-job.ts';
import { nameIn } from './steps/run-job.ts';

/** What CronJobs make. Where they put it is theirs to know, so nothing can be listed, removed or put back. */
export function createCopies(cluster: Cluster): OwnCopies {
  return {
    makes: [runJobKind],
    replaces: [],
    nameOf: nameIn,
    async survey({ locator }) {
      try {
        const place = placeOfJob(locator);
        const { images, schedule, isSuspended } = await readCronJob(
          cluster.reader,
          place,
          cluster.digest,
        );
        const simulator = cluster.simulator();
        if (isProblem(simulator)) return { ok: false, problem: simulator };
        const value = {
          place: `CronJob ${place.namespace}/${place.cronjob}`,
          program: images.join(', '),
          schedule: isSuspended ? `${schedule}, suspended` : schedule,
        };
        return { ok: true, value };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        return { ok: false, problem: problem('K8S_JOB_LOCATOR') };
      }
    },
  };
}
