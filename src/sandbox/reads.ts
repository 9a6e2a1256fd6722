// Listing: selectors, the order of the storage keys, and pages.

import { asText, type JsonObject } from './json.ts';
import { type AnyObject, untyped } from './objects.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { type FieldTest, matches, parseFieldSelector, parseLabelSelector } from './selectors.ts';
import { badRequest } from './status.ts';
import type { Store } from './store.ts';

export function listObjects(
  store: Store,
  { resource, namespace }: { resource: Resource; namespace: string },
  query: URLSearchParams,
): JsonObject {
  const wanted = selection(resource, query);
  const all = store
    .list(resource.name, namespace === '' ? undefined : namespace)
    .filter(wanted)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const from = offsetOf(query.get('continue'));
  const limit = Number(query.get('limit') ?? 0);
  const page = limit > 0 ? all.slice(from, from + limit) : all.slice(from);
  const left = all.length - from - page.length;
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: String(store.revision()),
      ...(left > 0 ? { continue: tokenOf(from + page.length), remainingItemCount: left } : {}),
    },
    items: page.map(asItem),
  };
}

export function selection(resource: Resource, query: URLSearchParams): FieldTest {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(resource, query.get('fieldSelector') ?? '');
  return (object) => matches(labels, object.metadata.labels) && fields(object);
}

/** Items of a list of a built-in kind carry neither kind nor apiVersion. */
function asItem(object: AnyObject): JsonObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = untyped(object);
  return rest;
}

function keyOf(object: AnyObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function tokenOf(offset: number): string {
  return Buffer.from(JSON.stringify({ v: 'sandbox', offset })).toString('base64url');
}

function offsetOf(token: string | null): number {
  if (token === null || token === '') return 0;
  try {
    const offset = Number(JSON.parse(Buffer.from(token, 'base64url').toString()).offset);
    if (Number.isInteger(offset)) return offset;
  } catch {
    // Falls through to the refusal: a token of another server is no token.
  }
  throw badRequest(`continue key is not valid: ${asText(token)}`);
}
