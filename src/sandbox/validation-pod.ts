// The part of the validation that looks into a pod template.

import { nonNegative, required, unsupported, wrong } from './causes.ts';
import { isObject, type Json, type JsonObject, listAt, objectAt } from './json.ts';
import type { Cause } from './status.ts';

export function checkTemplate(
  template: JsonObject,
  prefix: string,
  restarts: string[] = ['Always'],
): Cause[] {
  const spec = objectAt(template, 'spec') ?? {};
  const path = `${prefix}spec`;
  const causes: Cause[] = [];
  const containers = objects(listAt(spec, 'containers'));
  if (containers.length === 0) causes.push(required(`${path}.containers`));
  const volumes = objects(listAt(spec, 'volumes')).map((volume) => String(volume['name'] ?? ''));
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers']) {
    for (const [index, container] of objects(listAt(spec, list)).entries()) {
      const at = `${path}.${list}[${index}]`;
      causes.push(...checkContainer(container, at, volumes));
      const name = container['name'];
      if (typeof name === 'string' && name !== '') {
        if (names.has(name)) causes.push(duplicate(`${at}.name`, name));
        names.add(name);
      }
    }
  }
  for (const [index, name] of volumes.entries()) {
    if (name === '') causes.push(required(`${path}.volumes[${index}].name`));
    else if (volumes.indexOf(name) !== index) {
      causes.push(duplicate(`${path}.volumes[${index}].name`, name));
    }
  }
  const isRestarted = restarts.includes(String(spec['restartPolicy']));
  if (prefix !== '' && !isRestarted && containers.length > 0) {
    causes.push(unsupported(`${path}.restartPolicy`, spec['restartPolicy'], restarts));
  }
  return [...causes, ...nonNegative(spec, path, ['terminationGracePeriodSeconds'])];
}

function checkContainer(container: JsonObject, path: string, volumes: string[]): Cause[] {
  const causes: Cause[] = [];
  const name = container['name'];
  if (typeof name !== 'string' || name === '') causes.push(required(`${path}.name`));
  else if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    causes.push(wrong(`${path}.name`, name, labelRule));
  }
  const image = container['image'];
  if (typeof image !== 'string' || image === '') causes.push(required(`${path}.image`));
  const pull = container['imagePullPolicy'];
  const policies = ['Always', 'IfNotPresent', 'Never'];
  if (typeof pull === 'string' && !policies.includes(pull)) {
    causes.push(unsupported(`${path}.imagePullPolicy`, pull, policies));
  }
  for (const [index, mount] of objects(listAt(container, 'volumeMounts')).entries()) {
    const volume = String(mount['name'] ?? '');
    if (volumes.includes(volume)) continue;
    causes.push({
      reason: 'FieldValueNotFound',
      message: `Not found: ${JSON.stringify(volume)}`,
      field: `${path}.volumeMounts[${index}].name`,
    });
  }
  for (const [index, port] of objects(listAt(container, 'ports')).entries()) {
    const number = port['containerPort'];
    if (typeof number === 'number' && number >= 1 && number <= 65535) continue;
    const why = 'must be between 1 and 65535, inclusive';
    causes.push(wrong(`${path}.ports[${index}].containerPort`, number, why));
  }
  for (const [index, variable] of objects(listAt(container, 'env')).entries()) {
    if (!variable['name']) causes.push(required(`${path}.env[${index}].name`));
  }
  return causes;
}

const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

function duplicate(field: string, value: string): Cause {
  return {
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${JSON.stringify(value)}`,
    field,
  };
}

function objects(list: Json[] | undefined): JsonObject[] {
  return (list ?? []).filter(isObject);
}
