// One request in, one answer out, without a socket: routing, RBAC and the verbs.

import type { AdmissionWebhook } from './admission.ts';
import { discovery } from './discovery.ts';
import { asText, type Json, type JsonObject, numberAt, objectAt, stringAt } from './json.ts';
import type { AppliedWrite } from './ledger.ts';
import type { LogSource } from './logs.ts';
import { readLog } from './logs.ts';
import { type Labels, untyped } from './objects.ts';
import { applyPatch } from './patch/index.ts';
import { allowed, demand, type SandboxUser } from './rbac.ts';
import { listObjects } from './reads.ts';
import { allResources, type Resource } from './resources.ts';
import { patchScale, readScale, replaceScale } from './scale.ts';
import {
  badRequest,
  invalidOptions,
  methodNotAllowed,
  notFound,
  StatusError,
  unauthorized,
  unsupportedMediaType,
} from './status.ts';
import type { Store } from './store.ts';
import {
  asObject,
  createObject,
  deleteObject,
  type Target,
  updateObject,
  type WriteContext,
  type WriteResult,
} from './writes.ts';

export type ApiRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  contentType: string;
  userAgent: string;
  body: string;
  user: SandboxUser | undefined;
};

export type ApiAnswer = {
  code: number;
  body: JsonObject | string;
  write?: Omit<AppliedWrite, 'at'> | undefined;
};

export type ApiParts = { store: Store; webhooks: Iterable<AdmissionWebhook>; logs: LogSource };

export function handle(parts: ApiParts, request: ApiRequest): ApiAnswer {
  try {
    return answer(parts, request);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { code: error.code, body: error.body() };
  }
}

export function fieldManagerOf(request: Pick<ApiRequest, 'query' | 'userAgent'>): string {
  const named = request.query.get('fieldManager');
  return named || request.userAgent.split('/')[0] || 'unknown';
}

export function isDryRun(query: URLSearchParams): boolean {
  return query.get('dryRun') === 'All';
}

function answer(parts: ApiParts, request: ApiRequest): ApiAnswer {
  const { user, path } = request;
  if (['/readyz', '/livez', '/healthz'].includes(path)) return { code: 200, body: 'ok' };
  if (!user) throw unauthorized();
  const described = discovery(path);
  if (described) return { code: 200, body: described };
  if (path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') {
    return reviewAccess(user, request);
  }
  const route = resolveRoute(path);
  if (!route) return { code: 404, body: '404 page not found\n' };
  const verb = verbOf(request.method, route.name);
  demand(user, route.resource, {
    verb,
    group: route.resource.group,
    resource: route.resource.name,
    subresource: route.subresource,
    namespace: route.namespace || undefined,
    name: route.name || undefined,
  });
  if (verb === 'get' || verb === 'list') return read(parts, request, route);
  return write(parts, request, { user, route });
}

export type Route = { resource: Resource; namespace: string; name: string; subresource?: string };

const routePattern =
  /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

export function resolveRoute(path: string): Route | undefined {
  const [namespaceItself] = /^\/api\/v1\/namespaces(\/[^/]+)?$/.exec(path) ?? [];
  if (namespaceItself !== undefined) {
    const resource = allResources.find((each) => each.name === 'namespaces');
    return resource && { resource, namespace: '', name: decode(path.split('/')[4] ?? '') };
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

function verbOf(method: string, name: string): string {
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

function read(parts: ApiParts, request: ApiRequest, route: Route): ApiAnswer {
  const { store } = parts;
  const { resource, namespace, name } = route;
  if (name === '') return { code: 200, body: listObjects(store, route, request.query) };
  const found = store.get(resource.name, namespace, name);
  if (!found) throw notFound(resource, name);
  if (route.subresource === 'scale') return { code: 200, body: readScale(store, targetOf(route)) };
  if (route.subresource === 'log') {
    return { code: 200, body: readLog(parts, { namespace, name }, request.query) };
  }
  return { code: 200, body: untyped(found) };
}

function write(
  parts: ApiParts,
  request: ApiRequest,
  { user, route }: { user: SandboxUser; route: Route },
): ApiAnswer {
  const context: WriteContext = {
    store: parts.store,
    webhooks: parts.webhooks,
    user: user.name,
    fieldManager: fieldManagerOf(request),
    dryRun: dryRunOf(request),
  };
  const target = targetOf(route);
  const verb = verbOf(request.method, route.name) as AppliedWrite['verb'];
  const result = perform(context, target, request);
  const held = result.object;
  const stored = parts.store.get(target.resource.name, target.namespace, target.name);
  return {
    code: verb === 'create' ? 201 : 200,
    body: verb === 'delete' ? deleted(target, held) : held,
    write: {
      verb,
      method: request.method,
      path: request.path,
      resource: target.resource.name,
      subresource: target.subresource,
      namespace: target.namespace,
      name: stringAt(held, 'metadata', 'name') ?? target.name,
      uid: stringAt(held, 'metadata', 'uid') ?? '',
      user: user.name,
      fieldManager: context.fieldManager,
      dryRun: context.dryRun,
      changed: result.changed,
      resourceVersion: stringAt(held, 'metadata', 'resourceVersion') ?? '',
      annotations: {
        ...((objectAt(held, 'metadata', 'annotations') as Labels | undefined) ??
          stored?.metadata.annotations),
      },
      contentType: request.contentType,
    },
  };
}

function perform(context: WriteContext, target: Target, request: ApiRequest): WriteResult {
  requireJson(request);
  const body = request.method === 'DELETE' && request.body === '' ? '{}' : request.body;
  const parsed = parseBody(body);
  const scaling = target.subresource === 'scale';
  const patch = { contentType: request.contentType, body: parsed };
  switch (request.method) {
    case 'POST':
      return createObject(context, target, asObject(parsed));
    case 'PUT':
      if (scaling) return replaceScale(context, target, asObject(parsed));
      return updateObject(context, target, () => asObject(parsed));
    case 'PATCH':
      if (scaling) return patchScale(context, target, patch);
      return updateObject(context, target, (current) => applyPatch(current, patch));
    default:
      return deleteObject(context, target, deleteOptions(asObject(parsed), request.query));
  }
}

function deleteOptions(body: JsonObject, query: URLSearchParams) {
  const grace = query.get('gracePeriodSeconds');
  return {
    uid: stringAt(body, 'preconditions', 'uid'),
    resourceVersion: stringAt(body, 'preconditions', 'resourceVersion'),
    gracePeriodSeconds:
      grace === null ? numberAt(body, 'gracePeriodSeconds') : Number.parseInt(grace, 10),
    propagationPolicy:
      query.get('propagationPolicy') ?? stringAt(body, 'propagationPolicy') ?? 'Background',
  };
}

/** Pods and namespaces end slowly and are shown as they are; the rest is gone, says a Status. */
function deleted(target: Target, object: JsonObject): JsonObject {
  const { resource, name } = target;
  if (resource.name === 'pods' || resource.name === 'namespaces') return object;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.name,
      uid: stringAt(object, 'metadata', 'uid') ?? '',
    },
  };
}

function dryRunOf(request: ApiRequest): boolean {
  const value = request.query.get('dryRun');
  if (value === null || value === 'All') return value === 'All';
  throw invalidOptions(request.method, value);
}

function targetOf(route: Route): Target {
  const { resource, namespace, name, subresource } = route;
  const target = { resource, namespace, name };
  if (subresource !== 'scale' && subresource !== 'status') return target;
  return { ...target, subresource };
}

/** Patches name their own types; everything else is JSON here, protobuf and YAML are not spoken. */
function requireJson(request: ApiRequest): void {
  const { contentType, method } = request;
  if (contentType === '' || contentType === 'application/json' || method === 'PATCH') return;
  throw unsupportedMediaType(['application/json']);
}

function parseBody(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(
      `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

function reviewAccess(user: SandboxUser, request: ApiRequest): ApiAnswer {
  if (request.method !== 'POST') throw methodNotAllowed();
  requireJson(request);
  const body = asObject(parseBody(request.body));
  const asked = objectAt(body, 'spec', 'resourceAttributes');
  const path = objectAt(body, 'spec', 'nonResourceAttributes');
  if (!asked && !path) {
    throw badRequest(
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  }
  const granted =
    asked === undefined ||
    allowed(user, {
      verb: asText(asked['verb']),
      group: asText(asked['group']),
      resource: asText(asked['resource']),
      subresource: asText(asked['subresource']) || undefined,
      namespace: asText(asked['namespace']) || undefined,
      name: asText(asked['name']) || undefined,
    });
  const status = granted
    ? { allowed: true, reason: `RBAC: allowed by ClusterRoleBinding "${user.name}"` }
    : { allowed: false };
  const answerBody = {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: objectAt(body, 'spec') ?? {},
    status,
  };
  return { code: 201, body: answerBody };
}
