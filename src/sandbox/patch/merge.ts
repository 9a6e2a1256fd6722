// JSON Merge Patch, RFC 7386: null deletes, lists are replaced whole.

import { clone, isObject, type Json, type JsonObject } from '../json.ts';
import { badRequest } from '../status.ts';

export function applyMergePatch(target: JsonObject, patch: Json): JsonObject {
  if (!isObject(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  }
  return merge(clone(target), patch);
}

function merge(target: JsonObject, patch: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key];
    else if (!isObject(value)) target[key] = clone(value);
    else {
      const current = target[key];
      target[key] = merge(isObject(current) ? current : {}, value);
    }
  }
  return target;
}
