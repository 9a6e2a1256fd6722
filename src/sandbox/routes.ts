// From a path and a method to a resource and a verb.

import { allResources, type Resource, resources } from './resources.ts';
import { badRequest, methodNotAllowed } from './status.ts';

export type Route = { resource: Resource; namespace: string; name: string; subresource?: string };

const routePattern =
  /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

export function resolveRoute(path: string): Route | undefined {
  const [namespaceItself] = /^\/api\/v1\/namespaces(\/[^/]+)?$/.exec(path) ?? [];
  if (namespaceItself !== undefined) {
    const name = decode(path.split('/')[4] ?? '');
    return { resource: resources.namespaces, namespace: '', name };
  }
  const match = routePattern.exec(path);
  if (!match) return undefined;
  const [, core, group = '', served = core, namespace = '', plural, name = '', subresource] = match;
  const resource = allResources.find(
    (each) => each.name === plural && each.group === group && each.version === served,
  );
  if (!resource || (resource.namespaced && namespace === '' && name !== '')) return undefined;
  if (subresource !== undefined && !resource.subresources.includes(subresource)) return undefined;
  const route = { resource, namespace: decode(namespace), name: decode(name) };
  return subresource === undefined ? route : { ...route, subresource };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid path segment: ${part}`);
  }
}

export function verbOf(method: string, name: string): string {
  switch (method) {
    case 'GET':
      return name === '' ? 'list' : 'get';
    case 'POST':
      if (name === '') return 'create';
      break;
    case 'PUT':
      if (name !== '') return 'update';
      break;
    case 'PATCH':
      if (name !== '') return 'patch';
      break;
    case 'DELETE':
      if (name !== '') return 'delete';
      break;
  }
  throw methodNotAllowed();
}
