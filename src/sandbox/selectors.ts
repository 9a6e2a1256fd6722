// Label selectors (the query string's grammar and the object form) and the field selectors that
// events and pods are listed by.

import { asText, at } from './json.ts';
import type { KubeObject, LabelSelector, Labels, SelectorRequirement } from './objects.ts';
import type { Resource } from './resources.ts';
import { badRequest } from './status.ts';

export function matches(selector: LabelSelector, labels: Labels = {}): boolean {
  const required = Object.entries(selector.matchLabels ?? {});
  if (!required.every(([key, value]) => labels[key] === value)) return false;
  return (selector.matchExpressions ?? []).every((requirement) => satisfies(requirement, labels));
}

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k` */
export function parseLabelSelector(text: string): LabelSelector {
  return { matchExpressions: splitTopLevel(text).map(parseRequirement) };
}

/** The text form that a Scale carries in status.selector. */
export function selectorText(selector: LabelSelector): string {
  const parts = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    if (operator === 'Exists') parts.push(key);
    else if (operator === 'DoesNotExist') parts.push(`!${key}`);
    else parts.push(`${key} ${operator.toLowerCase()} (${values.join(',')})`);
  }
  return parts.sort().join(',');
}

export type FieldTest = (object: KubeObject) => boolean;

export function parseFieldSelector(resource: Resource, text: string): FieldTest {
  const tests = splitTopLevel(text).map((part): FieldTest => {
    const match = /^([\w.]+)\s*(==|!=|=)\s*(.*)$/.exec(part);
    if (!match) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const [, field = '', operator, wanted] = match;
    if (!fieldsOf(resource).includes(field)) {
      throw badRequest(`field label not supported: ${field}`);
    }
    return (object) => (asText(at(object, ...field.split('.'))) === wanted) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

function fieldsOf(resource: Resource): string[] {
  const every = ['metadata.name', 'metadata.namespace'];
  if (resource.name === 'pods') {
    return [...every, 'status.phase', 'spec.nodeName', 'status.podIP', 'spec.restartPolicy'];
  }
  if (resource.name !== 'events') return every;
  const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion'];
  const own = ['reason', 'type', 'source', 'reportingComponent'];
  return [...every, ...involved.map((field) => `involvedObject.${field}`), ...own];
}

function satisfies({ key, operator, values = [] }: SelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}

function splitTopLevel(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseRequirement(part: string): SelectorRequirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return { key, operator: operator === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/.exec(part);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
  }
  const existence = /^(!?)\s*([^\s=!()]+)$/.exec(part);
  if (!existence) {
    throw badRequest(`unable to parse requirement: found '${part}', expected: identifier`);
  }
  const [, absent, key = ''] = existence;
  return { key, operator: absent === '!' ? 'DoesNotExist' : 'Exists' };
}
