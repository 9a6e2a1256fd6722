// The scale subresource: one shape, autoscaling/v1 Scale, for three kinds of workload.

import { wrong } from './causes.ts';
import { clone, type Json, type JsonObject, numberAt, objectAt, stringAt } from './json.ts';
import { type Deployment, type ReplicaSet, type StatefulSet, untyped } from './objects.ts';
import { applyPatch } from './patch/index.ts';
import type { Resource } from './resources.ts';
import { selectorText } from './selectors.ts';
import { badRequest, conflict, invalid, notFound } from './status.ts';
import type { Store } from './store.ts';
import { type Target, updateObject, type WriteContext, type WriteResult } from './writes.ts';

export function readScale(store: Store, target: Target): JsonObject {
  return scaleOf(workload(store, target));
}

export function replaceScale(context: WriteContext, target: Target, body: JsonObject): WriteResult {
  return writeScale(context, target, () => body);
}

export function patchScale(
  context: WriteContext,
  target: Target,
  patch: { contentType: string; body: Json },
): WriteResult {
  return writeScale(context, target, (scale) => applyPatch(scale, patch));
}

function writeScale(
  context: WriteContext,
  target: Target,
  change: (scale: JsonObject) => JsonObject,
): WriteResult {
  const held = workload(context.store, target);
  const scale = change(scaleOf(held));
  const version = stringAt(scale, 'metadata', 'resourceVersion');
  if (version && version !== held.metadata.resourceVersion) {
    throw conflict(target.resource, target.name);
  }
  const name = stringAt(scale, 'metadata', 'name');
  if (name !== undefined && name !== target.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${target.name})`,
    );
  }
  const replicas = numberAt(scale, 'spec', 'replicas') ?? 0;
  if (replicas < 0) {
    const why = 'must be greater than or equal to 0';
    const cause = wrong('spec.replicas', replicas, why);
    throw invalid(scaleKind(target.resource), target.name, [cause]);
  }
  const written = updateObject(context, { ...target, subresource: 'scale' }, (current) => {
    const next = clone(current);
    const spec = objectAt(next, 'spec') ?? {};
    spec['replicas'] = replicas;
    return next;
  });
  return { object: scaleOf(written.object as unknown as Scalable), changed: written.changed };
}

type Scalable = Deployment | ReplicaSet | StatefulSet;

function workload(store: Store, { resource, namespace, name }: Target): Scalable {
  const found =
    resource.name === 'deployments' ||
    resource.name === 'statefulsets' ||
    resource.name === 'replicasets'
      ? store.get(resource.name, namespace, name)
      : undefined;
  if (!found) throw notFound(resource, name);
  return found;
}

/** `spec.replicas` is left out when it is 0, as the real type's omitempty does. */
function scaleOf(held: Scalable): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = held.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: held.spec.replicas === 0 ? {} : { replicas: held.spec.replicas },
    status: {
      replicas: numberAt(untyped(held), 'status', 'replicas') ?? 0,
      selector: selectorText(held.spec.selector),
    },
  };
}

function scaleKind(of: Resource): Resource {
  return { ...of, group: 'autoscaling', version: 'v1', kind: 'Scale' };
}
