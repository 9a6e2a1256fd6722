// What the server refuses of Jobs and CronJobs, and what it writes into a new Job.

import { nonNegative, required, unsupported, wrong } from './causes.ts';
import { type JsonObject, objectAt, stringAt } from './json.ts';
import type { Cause } from './status.ts';
import { checkTemplate } from './validation-pod.ts';

/** A CronJob adds up to 11 characters to its name; a Job's name is a label of its pods. */
const cronJobNameMax = 52;
const labelMax = 63;

export function checkBatch(name: 'jobs' | 'cronjobs', object: JsonObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {};
  const called = stringAt(objectAt(object, 'metadata') ?? {}, 'name') ?? '';
  if (name === 'jobs') return checkJob(spec, 'spec', called);
  const causes: Cause[] = [];
  if (called.length > cronJobNameMax) {
    const why = `must be no more than ${cronJobNameMax} characters`;
    causes.push(wrong('metadata.name', called, why));
  }
  if (!spec['schedule']) causes.push(required('spec.schedule'));
  const policies = ['Allow', 'Forbid', 'Replace'];
  if (!policies.includes(String(spec['concurrencyPolicy']))) {
    causes.push(unsupported('spec.concurrencyPolicy', spec['concurrencyPolicy'], policies));
  }
  const job = objectAt(spec, 'jobTemplate', 'spec') ?? {};
  return [...causes, ...checkJob(job, 'spec.jobTemplate.spec', '')];
}

function checkJob(spec: JsonObject, path: string, name: string): Cause[] {
  const causes = nonNegative(spec, path, [
    'parallelism',
    'completions',
    'backoffLimit',
    'activeDeadlineSeconds',
  ]);
  const isOwnSelector = spec['selector'] !== undefined && !labelsOf(spec)[uidLabel];
  if (isOwnSelector && spec['manualSelector'] !== true) {
    causes.push(wrong(`${path}.selector`, spec['selector'], '`selector` not auto-generated'));
  }
  if (name.length > labelMax) {
    const why = `must be no more than ${labelMax} characters`;
    causes.push(wrong(`${path}.template.labels`, name, why));
  }
  const template = objectAt(spec, 'template') ?? {};
  return [...causes, ...checkTemplate(template, `${path}.template.`, ['OnFailure', 'Never'])];
}

const uidLabel = 'batch.kubernetes.io/controller-uid';

function labelsOf(spec: JsonObject): JsonObject {
  return objectAt(spec, 'template', 'metadata', 'labels') ?? {};
}

/** The pods of a Job are found by its uid, which nobody can choose. */
export function labelJob(job: JsonObject): void {
  const metadata = objectAt(job, 'metadata') ?? {};
  const spec = objectAt(job, 'spec') ?? {};
  const template = objectAt(spec, 'template');
  const uid = stringAt(metadata, 'uid') ?? '';
  const name = stringAt(metadata, 'name') ?? '';
  if (!template || spec['manualSelector'] === true) return;
  spec['selector'] = { matchLabels: { [uidLabel]: uid } };
  template['metadata'] = {
    ...objectAt(template, 'metadata'),
    labels: {
      ...labelsOf(spec),
      [uidLabel]: uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    },
  };
}
