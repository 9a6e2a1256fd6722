// What the server refuses with 422, in its own words, and the type errors it refuses with 400.

import { nonNegative, notAllowed, required, unsupported, wrong } from './causes.ts';
import { equal, isObject, type Json, type JsonObject, listAt, objectAt } from './json.ts';
import type { LabelSelector, Labels } from './objects.ts';
import type { Resource } from './resources.ts';
import { matches } from './selectors.ts';
import { badRequest, type Cause, invalid } from './status.ts';
import { checkBatch } from './validation-batch.ts';
import { checkTemplate } from './validation-pod.ts';
import { checkService } from './validation-service.ts';

export function validateCreate(resource: Resource, object: JsonObject): void {
  checkTypes(resource, object);
  const causes = [...checkName(object), ...checkSpec(resource, object)];
  refuse(resource, object, causes);
}

export function validateUpdate(resource: Resource, object: JsonObject, old: JsonObject): void {
  checkTypes(resource, object);
  const causes = [...checkSpec(resource, object), ...checkImmutable(resource, object, old)];
  refuse(resource, object, causes);
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const integerFields = [
  'replicas',
  'minReadySeconds',
  'revisionHistoryLimit',
  'progressDeadlineSeconds',
  'minReplicas',
  'maxReplicas',
  'backoffLimit',
  'activeDeadlineSeconds',
];

function refuse(resource: Resource, object: JsonObject, causes: Cause[]): void {
  if (causes.length === 0) return;
  const name = objectAt(object, 'metadata')?.['name'];
  throw invalid(resource, typeof name === 'string' ? name : '', causes);
}

function checkTypes(resource: Resource, object: JsonObject): void {
  const spec = object['spec'];
  if (spec !== undefined && !isObject(spec)) throw unreadable(resource, spec, 'spec', 'object');
  for (const field of integerFields) {
    const value = spec?.[field];
    if (value === undefined || value === null || Number.isInteger(value)) continue;
    throw unreadable(resource, value, `spec.${field}`, 'int32');
  }
  const paused = spec?.['paused'];
  if (paused !== undefined && typeof paused !== 'boolean') {
    throw unreadable(resource, paused, 'spec.paused', 'bool');
  }
  for (const map of ['labels', 'annotations']) {
    for (const [key, value] of Object.entries(objectAt(object, 'metadata', map) ?? {})) {
      if (typeof value === 'string') continue;
      throw unreadable(resource, value, `metadata.${map}.${key}`, 'string');
    }
  }
  const containers = listAt(spec, 'template', 'spec', 'containers') ?? [];
  for (const container of containers) {
    if (!isObject(container)) {
      throw unreadable(resource, container, 'spec.template.spec.containers', 'v1.Container');
    }
  }
}

function unreadable(resource: Resource, value: Json, field: string, type: string) {
  const kind = Array.isArray(value) ? 'array' : typeof value;
  const seen = kind === 'boolean' ? 'bool' : kind;
  const [owner = ''] = field.split('.');
  const struct = owner === 'spec' ? `${resource.kind}Spec` : 'ObjectMeta';
  return badRequest(
    `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: json: cannot unmarshal ${seen} into Go struct field ${struct}.${field} of type ${type}`,
  );
}

function checkName(object: JsonObject): Cause[] {
  const name = objectAt(object, 'metadata')?.['name'];
  if (typeof name !== 'string' || name === '') {
    return [required('metadata.name', 'name or generateName is required')];
  }
  if (name.length <= 253 && subdomain.test(name)) return [];
  return [
    wrong(
      'metadata.name',
      name,
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ),
  ];
}

function checkSpec(resource: Resource, object: JsonObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {};
  switch (resource.name) {
    case 'deployments':
      return [...checkWorkload(spec), ...checkDeployment(spec)];
    case 'statefulsets':
    case 'daemonsets':
      return [...checkWorkload(spec), ...checkUpdateStrategy(spec)];
    case 'replicasets':
      return checkWorkload(spec);
    case 'pods':
      return checkTemplate({ spec }, '');
    case 'horizontalpodautoscalers':
      return checkAutoscaler(spec);
    case 'jobs':
    case 'cronjobs':
      return checkBatch(resource.name, object);
    case 'services':
      return checkService(spec);
    default:
      return [];
  }
}

function checkWorkload(spec: JsonObject): Cause[] {
  const causes = nonNegative(spec, 'spec', ['replicas', 'minReadySeconds', 'revisionHistoryLimit']);
  const template = objectAt(spec, 'template') ?? {};
  const selector = objectAt(spec, 'selector');
  if (!selector) causes.push(required('spec.selector'));
  else if (Object.keys(selector).length === 0) {
    causes.push(wrong('spec.selector', selector, 'empty selector is invalid for deployment'));
  } else if (!matches(selector as LabelSelector, labelsOf(template))) {
    causes.push(
      wrong(
        'spec.template.metadata.labels',
        objectAt(template, 'metadata', 'labels') ?? {},
        '`selector` does not match template `labels`',
      ),
    );
  }
  return [...causes, ...checkTemplate(template, 'spec.template.')];
}

function labelsOf(template: JsonObject): Labels {
  return (objectAt(template, 'metadata', 'labels') ?? {}) as Labels;
}

function checkDeployment(spec: JsonObject): Cause[] {
  const strategy = objectAt(spec, 'strategy') ?? {};
  const rolling = objectAt(strategy, 'rollingUpdate');
  const causes: Cause[] = [];
  const path = 'spec.strategy.rollingUpdate';
  if (strategy['type'] === 'Recreate' && rolling) {
    causes.push(notAllowed(path, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (strategy['type'] === 'RollingUpdate' && rolling) {
    if (isZero(rolling['maxSurge']) && isZero(rolling['maxUnavailable'])) {
      const value = rolling['maxUnavailable'];
      causes.push(wrong(`${path}.maxUnavailable`, value, 'may not be 0 when `maxSurge` is 0'));
    }
  } else if (strategy['type'] !== 'Recreate' && strategy['type'] !== 'RollingUpdate') {
    causes.push(unsupported('spec.strategy.type', strategy['type'], ['Recreate', 'RollingUpdate']));
  }
  const deadline = spec['progressDeadlineSeconds'];
  const ready = spec['minReadySeconds'] ?? 0;
  if (typeof deadline === 'number' && typeof ready === 'number' && deadline <= ready) {
    const why = 'must be greater than minReadySeconds';
    causes.push(wrong('spec.progressDeadlineSeconds', deadline, why));
  }
  return causes;
}

function checkUpdateStrategy(spec: JsonObject): Cause[] {
  const strategy = objectAt(spec, 'updateStrategy') ?? {};
  const type = strategy['type'];
  if (type !== 'RollingUpdate' && type !== 'OnDelete') {
    return [unsupported('spec.updateStrategy.type', type, ['OnDelete', 'RollingUpdate'])];
  }
  const rolling = objectAt(strategy, 'rollingUpdate') ?? {};
  return nonNegative(rolling, 'spec.updateStrategy.rollingUpdate', ['partition']);
}

function checkAutoscaler(spec: JsonObject): Cause[] {
  const causes: Cause[] = [];
  const target = objectAt(spec, 'scaleTargetRef') ?? {};
  for (const field of ['kind', 'name']) {
    if (!target[field]) causes.push(required(`spec.scaleTargetRef.${field}`));
  }
  const least = Number(spec['minReplicas']);
  const most = Number(spec['maxReplicas'] ?? 0);
  if (least < 1) {
    causes.push(wrong('spec.minReplicas', least, 'must be greater than or equal to 1'));
  }
  if (most < 1) causes.push(wrong('spec.maxReplicas', most, 'must be greater than 0'));
  if (most < least) {
    const why = 'must be greater than or equal to `minReplicas`';
    causes.push(wrong('spec.maxReplicas', most, why));
  }
  return causes;
}

const statefulSetMayChange = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function checkImmutable(resource: Resource, object: JsonObject, old: JsonObject): Cause[] {
  const before = objectAt(old, 'spec') ?? {};
  const after = objectAt(object, 'spec') ?? {};
  if (resource.name === 'statefulsets') {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    const changed = [...keys].some(
      (key) => !statefulSetMayChange.includes(key) && !equal(before[key], after[key]),
    );
    if (!changed) return [];
    const allowed = statefulSetMayChange.slice(0, -1).map((key) => `'${key}'`);
    const why = `updates to statefulset spec for fields other than ${allowed.join(', ')} and 'minReadySeconds' are forbidden`;
    return [notAllowed('spec', why)];
  }
  if (resource.name === 'jobs') {
    const frozen = ['template', 'selector', 'completions'].filter(
      (key) => !equal(before[key], after[key]),
    );
    return frozen.map((key) => wrong(`spec.${key}`, after[key], 'field is immutable'));
  }
  const selects = ['deployments', 'daemonsets', 'replicasets'].includes(resource.name);
  if (!selects || equal(before['selector'], after['selector'])) return [];
  return [wrong('spec.selector', after['selector'], 'field is immutable')];
}

function isZero(value: Json | undefined): boolean {
  return value === 0 || value === '0%';
}
