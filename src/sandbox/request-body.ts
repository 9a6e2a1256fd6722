// Reading what a request carries.

import type { ApiRequest } from './api.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { badRequest, unsupportedMediaType } from './status.ts';

/** Patches name their own types; everything else is JSON here, protobuf and YAML are not spoken. */
export function requireJson(request: ApiRequest): void {
  const { contentType, method } = request;
  if (contentType === '' || contentType === 'application/json' || method === 'PATCH') return;
  throw unsupportedMediaType(['application/json']);
}

export function parseBody(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(
      `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

export function asObject(value: Json): JsonObject {
  if (!isObject(value))
    throw badRequest('the object provided is unrecognized (must be of type object)');
  return value;
}
