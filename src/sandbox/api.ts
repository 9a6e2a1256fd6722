// One request in, one answer out, without a socket: routing, RBAC and the verbs.

import { reviewAccess } from './access-review.ts';
import type { AdmissionWebhook } from './admission.ts';
import { discovery } from './discovery.ts';
import { type JsonObject, numberAt, objectAt, stringAt } from './json.ts';
import type { AppliedWrite } from './ledger.ts';
import { type LogSource, readLog } from './logs.ts';
import { type Labels, untyped } from './objects.ts';
import { applyPatch } from './patch/index.ts';
import { demand, type SandboxUser } from './rbac.ts';
import { listObjects } from './reads.ts';
import { asObject, parseBody, requireJson } from './request-body.ts';
import { type Route, resolveRoute, verbOf } from './routes.ts';
import { patchScale, readScale, replaceScale } from './scale.ts';
import { invalidOptions, notFound, StatusError, unauthorized } from './status.ts';
import type { Store } from './store.ts';
import {
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
      // A Scale carries no annotations: what counts are those of the workload behind it.
      annotations: { ...(annotationsOf(held) ?? stored?.metadata.annotations) },
      contentType: request.contentType,
    },
  };
}

function annotationsOf(object: JsonObject): Labels | undefined {
  return objectAt(object, 'metadata', 'annotations') as Labels | undefined;
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
