import { backupId } from '../../core/backup/manifest.ts';
import type { StepContext } from '../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../core/problem.ts';
import type { ReadClient } from './client.ts';
import { at, type Json, list, record, text, texts, whole } from './json.ts';
import { isName } from './schema.ts';
import { type Digest, imagesOf } from './template.ts';
import { corePath, isOwnedBy, mark } from './workload.ts';

/** Where a CronJob is: `{ namespace: shop, cronjob: dump }`. */
export interface JobPlace {
  readonly namespace: string;
  readonly cronjob: string;
}

export interface CronJob {
  readonly place: JobPlace;
  readonly uid: string;
  /** Of the template that its Jobs are made from. */
  readonly digest: string;
  readonly template: Json;
  readonly images: readonly string[];
  readonly schedule: string;
  readonly isSuspended: boolean;
  /** `Allow`, `Forbid`, `Replace`: what becomes of a run while another one is under way. */
  readonly policy: string;
  readonly lastSuccess: string;
}

export interface Job {
  readonly name: string;
  readonly uid: string;
  readonly mark: string;
  readonly state: 'under way' | 'complete' | 'failed';
  /** Of the condition that ended it. */
  readonly reason: string;
  readonly message: string;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly wanted: number;
}

const urgent = { urgent: true };

/** One CronJob in one namespace; undefined for anything else. */
export function jobPlaceOf({ namespace, cronjob, ...rest }: Facts): JobPlace | undefined {
  return isName(namespace) && isName(cronjob) && Object.keys(rest).length === 0
    ? { namespace, cronjob }
    : undefined;
}

export function jobsPath({ namespace }: Pick<JobPlace, 'namespace'>, name?: string): string {
  const jobs = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`;
  return name === undefined ? jobs : `${jobs}/${encodeURIComponent(name)}`;
}

export async function readCronJob(
  reader: ReadClient,
  place: JobPlace,
  digest: Digest,
): Promise<CronJob> {
  const { namespace, cronjob } = place;
  const path = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/cronjobs/${encodeURIComponent(cronjob)}`;
  const raw = await reader.get(path, {}, urgent);
  const template = record(at(raw, 'spec', 'jobTemplate'));
  return {
    place,
    uid: text(at(raw, 'metadata', 'uid')),
    digest: digest(template),
    template,
    images: imagesOf(at(template, 'spec', 'template')),
    schedule: text(at(raw, 'spec', 'schedule')),
    isSuspended: at(raw, 'spec', 'suspend') === true,
    policy: text(at(raw, 'spec', 'concurrencyPolicy')) || 'Allow',
    lastSuccess: text(at(raw, 'status', 'lastSuccessfulTime')),
  };
}

/** Those of a CronJob that have not ended, whoever began them. */
export async function runningJobs(
  reader: ReadClient,
  { place, uid }: CronJob,
): Promise<readonly string[]> {
  const all = await reader.listAll(jobsPath(place), {}, urgent);
  return all
    .filter((job) => isOwnedBy(job, uid))
    .map(jobOf)
    .filter(({ state }) => state === 'under way')
    .map(({ name }) => name);
}

/** Undefined where there is none of that name. */
export async function readJob(
  reader: ReadClient,
  place: JobPlace,
  name: string,
): Promise<Job | undefined> {
  try {
    return jobOf(await reader.get(jobsPath(place, name), {}, urgent));
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'K8S_NOT_FOUND') return undefined;
    throw error;
  }
}

export async function podsOfJob(
  reader: ReadClient,
  place: JobPlace,
  { name, uid }: Pick<Job, 'name' | 'uid'>,
): Promise<readonly Json[]> {
  const query = { labelSelector: `batch.kubernetes.io/job-name=${name}` };
  const pods = await reader.listAll(corePath(place, 'pods'), query, urgent);
  return pods.filter((pod) => isOwnedBy(pod, uid));
}

/** A Job's name is a label of its pods as well: https://kubernetes.io/docs/concepts/workloads/controllers/job/ */
const nameMax = 63;

/** `dump-20261126t030000z-1a2b3c`: a second one of this operation has the same name, and the server refuses it. */
export function jobName(
  cronjob: string,
  { startedAt, operation }: Pick<StepContext, 'startedAt' | 'operation'>,
): string {
  const end = `-${backupId(startedAt, operation).toLowerCase()}`;
  return `${cronjob.slice(0, nameMax - end.length).replace(/[-.]+$/, '')}${end}`;
}

/** As `kubectl create job --from=cronjob/NAME` makes it, with our mark: the CronJob counts it as its own. */
export function jobBody(
  { place, uid, template }: CronJob,
  { name, marked }: { readonly name: string; readonly marked: string },
): Json {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: place.namespace,
      labels: texts(at(template, 'metadata', 'labels')),
      annotations: {
        ...texts(at(template, 'metadata', 'annotations')),
        'cronjob.kubernetes.io/instantiate': 'manual',
        [mark]: marked,
      },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: place.cronjob, uid, controller: true },
      ],
    },
    spec: record(at(template, 'spec')),
  };
}

function jobOf(raw: Json): Job {
  const ended = list(at(raw, 'status', 'conditions')).find(
    (one) => ['Complete', 'Failed'].includes(text(at(one, 'type'))) && at(one, 'status') === 'True',
  );
  const type = text(at(ended, 'type'));
  return {
    name: text(at(raw, 'metadata', 'name')),
    uid: text(at(raw, 'metadata', 'uid')),
    mark: text(at(raw, 'metadata', 'annotations', mark)),
    state: type === 'Complete' ? 'complete' : type === 'Failed' ? 'failed' : 'under way',
    reason: text(at(ended, 'reason')),
    message: text(at(ended, 'message')),
    active: whole(at(raw, 'status', 'active')),
    succeeded: whole(at(raw, 'status', 'succeeded')),
    failed: whole(at(raw, 'status', 'failed')),
    wanted: whole(at(raw, 'spec', 'completions'), 1),
  };
}

/** Refuses what no CronJob can be at. */
export function placeOfJob(locator: Facts): JobPlace {
  const place = jobPlaceOf(locator);
  if (place) return place;
  throw new ProblemError(problem('K8S_JOB_LOCATOR'));
}
