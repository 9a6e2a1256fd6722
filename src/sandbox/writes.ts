// Create, update and delete as the API server does them: admission, defaults, validation,
// optimistic concurrency, and a dry run that goes all the way but for the write itself.

import { type AdmissionReview, type AdmissionWebhook, admit } from './admission.ts';
import { timestamp } from './clock.ts';
import { applyDefaults, initialStatus } from './defaults.ts';
import { checkIdentity, keepServerFields, prepareIdentity, requireNamespace } from './identity.ts';
import {
  clone,
  equal,
  type Json,
  type JsonObject,
  objectAt,
  semanticallyEqual,
  stringAt,
  withoutNulls,
} from './json.ts';
import { managedField, touchManagedFields } from './managed-fields.ts';
import { type AnyObject, type Pod, typed, untyped } from './objects.ts';
import type { Resource } from './resources.ts';
import { alreadyExists, conflict, notFound } from './status.ts';
import type { Store } from './store.ts';
import { validateCreate, validateUpdate } from './validation.ts';
import { labelJob } from './validation-batch.ts';

export type WriteContext = {
  store: Store;
  webhooks: Iterable<AdmissionWebhook>;
  user: string;
  fieldManager: string;
  dryRun: boolean;
};

export type Target = {
  resource: Resource;
  namespace: string;
  name: string;
  subresource?: 'status' | 'scale' | undefined;
};

export type WriteResult = { object: JsonObject; changed: boolean };

export function createObject(context: WriteContext, target: Target, body: JsonObject): WriteResult {
  const { store } = context;
  const { resource, namespace } = target;
  const draft = withoutNulls(body);
  const metadata = prepareIdentity(context, target, draft);
  if (resource.namespaced) requireNamespace(store, namespace);
  const named = { ...target, name: stringAt(metadata, 'name') ?? '' };
  const admitted = applyDefaults(
    resource.name,
    admit(context.webhooks, review(context, named, 'CREATE', draft)),
  );
  delete admitted['status'];
  const status = initialStatus(resource.name);
  if (status) admitted['status'] = status;
  validateCreate(resource, admitted);
  if (store.get(resource.name, namespace, named.name)) throw alreadyExists(resource, named.name);
  Object.assign(objectAt(admitted, 'metadata') ?? {}, store.identity());
  if (hasGeneration(resource)) (objectAt(admitted, 'metadata') ?? {})['generation'] = 1;
  if (resource.name === 'jobs') labelJob(admitted);
  const object = typed(resource.name, admitted);
  object.metadata.managedFields = [managedField(context, target)];
  if (context.dryRun) {
    const answer = clone(admitted);
    delete objectAt(answer, 'metadata')?.['resourceVersion'];
    return { object: answer, changed: false };
  }
  return { object: untyped(store.put(resource.name, object)), changed: true };
}

export function updateObject(
  context: WriteContext,
  target: Target,
  change: (current: JsonObject) => JsonObject,
): WriteResult {
  const { store } = context;
  const { resource, namespace, name } = target;
  const current = store.get(resource.name, namespace, name);
  if (!current) throw notFound(resource, name);
  const old = untyped(current);
  const proposed = withoutNulls(change(clone(old)));
  checkIdentity(target, old, proposed);
  keepServerFields(target, old, proposed);
  const defaulted = applyDefaults(resource.name, proposed);
  const admitted = admit(context.webhooks, {
    ...review(context, target, 'UPDATE', defaulted),
    oldObject: old,
  });
  validateUpdate(resource, admitted, old);
  const next = typed(resource.name, admitted);
  if (isUnchanged(admitted, old)) return { object: old, changed: false };
  setGeneration(resource, next, current);
  touchManagedFields(context, target, next, current);
  if (context.dryRun) return { object: untyped(next), changed: false };
  return { object: untyped(store.put(resource.name, next)), changed: true };
}

export type DeleteOptions = {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  gracePeriodSeconds?: number | undefined;
  propagationPolicy?: string | undefined;
};

export function deleteObject(
  context: WriteContext,
  target: Target,
  options: DeleteOptions,
): WriteResult {
  const { store } = context;
  const { resource, namespace, name } = target;
  const current = store.get(resource.name, namespace, name);
  if (!current) throw notFound(resource, name);
  const { uid, resourceVersion } = current.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(
      resource,
      name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw conflict(
      resource,
      name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
  admit(context.webhooks, review(context, target, 'DELETE', untyped(current)));
  if (context.dryRun) return { object: untyped(current), changed: false };
  if (resource.name === 'pods' && options.gracePeriodSeconds !== 0) {
    const pod = typed('pods', untyped(current));
    return { object: untyped(terminatePod(store, pod)), changed: true };
  }
  if (options.propagationPolicy === 'Orphan') orphanDependents(store, current);
  store.remove(resource.name, current);
  return { object: untyped(current), changed: true };
}

/** Asks the kubelet to end the pod: it stays, terminating, until its containers are gone. */
export function terminatePod(store: Store, pod: Pod): Pod {
  return store.update('pods', pod, (draft) => {
    if (draft.metadata.deletionTimestamp !== undefined) return;
    draft.metadata.deletionTimestamp = timestamp(store.clock.now() + 30_000);
    draft.metadata.deletionGracePeriodSeconds = 30;
  });
}

function isUnchanged(next: JsonObject, old: JsonObject): boolean {
  return semanticallyEqual(withoutManagedFields(next), withoutManagedFields(old));
}

function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata: Record<string, Json> = { ...objectAt(object, 'metadata') };
  delete metadata['managedFields'];
  return { ...object, metadata };
}

/** A Deployment's annotations count too, because they are copied to its ReplicaSets. */
function setGeneration(resource: Resource, next: AnyObject, current: AnyObject): void {
  if (!hasGeneration(resource)) return;
  const { annotations } = next.metadata;
  const specChanged = !equal(specOf(next), specOf(current));
  const annotated =
    resource.name === 'deployments' &&
    !equal(annotations ?? {}, current.metadata.annotations ?? {});
  const generation = current.metadata.generation ?? 0;
  next.metadata.generation = specChanged || annotated ? generation + 1 : generation;
}

function specOf(object: AnyObject): unknown {
  return 'spec' in object ? object.spec : undefined;
}

function hasGeneration(resource: Resource): boolean {
  const without: Resource['name'][] = [
    'events',
    'namespaces',
    'nodes',
    'controllerrevisions',
    'services',
  ];
  return !without.includes(resource.name) && resource.name !== 'horizontalpodautoscalers';
}

function orphanDependents(store: Store, owner: AnyObject): void {
  for (const resource of ['replicasets', 'controllerrevisions', 'pods'] as const) {
    for (const child of store.ownedBy(resource, owner)) {
      store.update<typeof resource>(resource, child, (draft) => {
        delete draft.metadata.ownerReferences;
      });
    }
  }
}

function review(
  context: WriteContext,
  target: Target,
  operation: AdmissionReview['operation'],
  object: JsonObject,
): AdmissionReview {
  return {
    operation,
    resource: target.resource.name,
    subresource: target.subresource,
    namespace: target.namespace,
    name: target.name,
    dryRun: context.dryRun,
    user: context.user,
    object,
  };
}
