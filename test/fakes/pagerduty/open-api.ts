import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJson, type Json, object, objects } from '../discord/json.ts';
import { check } from '../discord/json-schema.ts';
import type { Call } from './rest.ts';

/**
 * What the official description (https://github.com/PagerDuty/api-schema) has against a request: its path, its query,
 * the header `From`, its body. It is not part of the project: undefined where no copy lies beside it.
 */
export function describedBy(
  folder = besideTheProject,
): ((call: Call) => readonly string[]) | undefined {
  const file = join(folder, 'pagerduty-rest-openapiv3.json');
  if (!existsSync(file)) return undefined;
  const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isJson(document)) return undefined;
  const resolve = (ref: string): Json =>
    object(
      ref
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((place, part) => object(place)[part], document),
    );
  const paths = object(document['paths']);
  return (call) => faultsOf(call, { paths, resolve });
}

const besideTheProject = join(import.meta.dirname, '../../../../shared/specs');

function faultsOf(
  call: Call,
  { paths, resolve }: { readonly paths: Json; readonly resolve: (ref: string) => Json },
): readonly string[] {
  const path = Object.keys(paths).find((each) => matches(each, call.path));
  const operation = path && object(object(paths[path])[call.method.toLowerCase()]);
  if (!path || !operation || Object.keys(operation).length === 0) {
    return [`there is no ${call.method} ${call.path}`];
  }
  const parameters = [
    ...objects(object(paths[path])['parameters']),
    ...objects(operation['parameters']),
  ].map((each) => (typeof each['$ref'] === 'string' ? resolve(each['$ref']) : each));
  const known = parameters
    .filter((each) => each['in'] === 'query')
    .map((each) => String(each['name']));
  const strange = [...call.query.keys()].filter((name) => !known.includes(name));
  const wantsFrom = parameters.some((each) => each['name'] === 'From' && each['required'] === true);
  const content = object(object(object(operation['requestBody'])['content'])['application/json']);
  const schema = content['schema'];
  const body = isJson(schema) ? check({ resolve }, schema, call.body) : [];
  return [
    ...strange.map((name) => `${name} is no parameter of ${call.method} ${path}`),
    ...(wantsFrom && call.from === undefined ? [`${call.method} ${path} wants From`] : []),
    ...body.map(({ path: where, message }) => `${call.method} ${path}: ${where} ${message}`),
  ];
}

function matches(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => part.startsWith('{') || part === given[at])
  );
}
