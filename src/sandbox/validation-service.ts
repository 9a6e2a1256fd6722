// What the server makes of a Service, and asks of it.
// https://kubernetes.io/docs/concepts/services-networking/service/

import { required, unsupported, wrong } from './causes.ts';
import { isObject, type JsonObject, listAt, objectAt } from './json.ts';
import type { Cause } from './status.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

export function defaultService(spec: JsonObject): void {
  const values: JsonObject = { type: 'ClusterIP', sessionAffinity: 'None' };
  for (const [key, value] of Object.entries(values)) {
    if (spec[key] === undefined) spec[key] = value;
  }
  for (const port of (listAt(spec, 'ports') ?? []).filter(isObject)) {
    if (port['protocol'] === undefined) port['protocol'] = 'TCP';
    if (port['targetPort'] === undefined) port['targetPort'] = port['port'] ?? null;
  }
}

export function checkService(spec: JsonObject): Cause[] {
  const causes: Cause[] = [];
  const type = spec['type'];
  if (typeof type !== 'string' || !types.includes(type)) {
    causes.push(unsupported('spec.type', type, types));
  }
  const isHeadless = spec['clusterIP'] === 'None';
  if (type === 'ExternalName') {
    if (!spec['externalName']) causes.push(required('spec.externalName'));
  } else if (!isHeadless && (listAt(spec, 'ports') ?? []).length === 0) {
    causes.push(required('spec.ports'));
  }
  for (const [, value] of Object.entries(objectAt(spec, 'selector') ?? {})) {
    if (typeof value === 'string' && value.length <= 63 && labelValue.test(value)) continue;
    const why = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;
    causes.push(wrong('spec.selector', value, why));
  }
  return causes;
}
