// Chooses the patch type by the request's content type.

import type { Json, JsonObject } from '../json.ts';
import { unsupportedMediaType } from '../status.ts';
import { applyJsonPatch } from './json.ts';
import { applyMergePatch } from './merge.ts';
import { applyStrategicMergePatch } from './strategic.ts';

const patchTypes: Record<string, (target: JsonObject, patch: Json) => JsonObject> = {
  'application/json-patch+json': applyJsonPatch,
  'application/merge-patch+json': applyMergePatch,
  'application/strategic-merge-patch+json': applyStrategicMergePatch,
};

export function applyPatch(
  target: JsonObject,
  patch: { contentType: string; body: Json },
): JsonObject {
  const apply = patchTypes[patch.contentType];
  if (!apply) throw unsupportedMediaType(Object.keys(patchTypes));
  return apply(target, patch.body);
}
