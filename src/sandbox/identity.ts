// Who an object is: the fields of its metadata that a client may name but not choose.

import { clone, type JsonObject, objectAt, stringAt } from './json.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { badRequest, conflict, notFound } from './status.ts';
import type { Store } from './store.ts';
import type { Target, WriteContext } from './writes.ts';

export function prepareIdentity(
  context: WriteContext,
  target: Target,
  draft: JsonObject,
): JsonObject {
  const { resource, namespace } = target;
  checkKind(resource, draft);
  const metadata = objectAt(draft, 'metadata') ?? {};
  draft['metadata'] = metadata;
  if (metadata['resourceVersion']) {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  if (resource.namespaced) {
    checkNamespace(metadata, namespace);
    metadata['namespace'] = namespace;
  }
  const prefix = stringAt(metadata, 'generateName');
  if (!metadata['name'] && prefix) metadata['name'] = `${prefix}${context.store.suffix(5)}`;
  draft['apiVersion'] = apiVersionOf(resource);
  draft['kind'] = resource.kind;
  return metadata;
}

function checkKind(resource: Resource, draft: JsonObject): void {
  const kind = draft['kind'];
  const version = draft['apiVersion'];
  if (kind !== undefined && kind !== resource.kind) {
    throw badRequest(
      `${String(kind)} in version "${resource.version}" cannot be handled as a ${resource.kind}: no kind "${String(kind)}" is registered for this path`,
    );
  }
  if (version !== undefined && version !== apiVersionOf(resource)) {
    throw badRequest(
      `the API version in the data (${String(version)}) does not match the expected API version (${apiVersionOf(resource)})`,
    );
  }
}

function checkNamespace(metadata: JsonObject, namespace: string): void {
  const given = metadata['namespace'];
  if (given === undefined || given === '' || given === namespace) return;
  throw badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  );
}

export function requireNamespace(store: Store, namespace: string): void {
  if (!store.get('namespaces', '', namespace)) {
    throw notFound({ name: 'namespaces', group: '' }, namespace);
  }
}

/** Name, namespace, uid and resourceVersion must be those of the object that is changed. */
export function checkIdentity(target: Target, old: JsonObject, proposed: JsonObject): void {
  const { resource, name, namespace } = target;
  checkKind(resource, proposed);
  const metadata = objectAt(proposed, 'metadata') ?? {};
  if (metadata['name'] !== name) {
    throw badRequest(
      `the name of the object (${String(metadata['name'] ?? '')}) does not match the name on the URL (${name})`,
    );
  }
  checkNamespace(metadata, namespace);
  const uid = metadata['uid'];
  const oldUid = objectAt(old, 'metadata')?.['uid'];
  if (uid !== undefined && uid !== '' && uid !== oldUid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${String(uid)}, UID in object meta: ${String(oldUid)}`,
    );
  }
  const version = metadata['resourceVersion'];
  if (version === undefined || version === '') return;
  if (version !== objectAt(old, 'metadata')?.['resourceVersion']) throw conflict(resource, name);
}

export function keepServerFields(target: Target, old: JsonObject, proposed: JsonObject): void {
  const oldMetadata = objectAt(old, 'metadata') ?? {};
  const metadata = objectAt(proposed, 'metadata') ?? {};
  const owned = [
    'uid',
    'creationTimestamp',
    'generation',
    'resourceVersion',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'namespace',
    'managedFields',
  ];
  for (const key of owned) restore(metadata, oldMetadata, key);
  for (const key of ['labels', 'annotations']) {
    // An empty map is left out, as the real type's omitempty does.
    const map = objectAt(metadata, key);
    if (map && Object.keys(map).length === 0) delete metadata[key];
  }
  for (const key of ['apiVersion', 'kind']) restore(proposed, old, key);
  if (target.subresource === 'status') {
    restore(proposed, old, 'spec');
    restore(metadata, oldMetadata, 'labels');
  } else restore(proposed, old, 'status');
}

function restore(into: JsonObject, from: JsonObject, key: string): void {
  const value = from[key];
  if (value === undefined) delete into[key];
  else into[key] = clone(value);
}
