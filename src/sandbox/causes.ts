// The server's field errors, one builder per reason.

import type { Json, JsonObject } from './json.ts';
import type { Cause } from './status.ts';

export function required(field: string, detail = ''): Cause {
  const message = detail === '' ? 'Required value' : `Required value: ${detail}`;
  return { reason: 'FieldValueRequired', message, field };
}

export function wrong(field: string, value: Json | undefined, why: string): Cause {
  const shown = JSON.stringify(value ?? null);
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${why}`, field };
}

export function unsupported(field: string, value: Json | undefined, allowed: string[]): Cause {
  const list = allowed.map((item) => JSON.stringify(item)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value ?? '')}: supported values: ${list}`,
    field,
  };
}

export function notAllowed(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

export function nonNegative(owner: JsonObject, path: string, fields: string[]): Cause[] {
  return fields.flatMap((field) => {
    const value = owner[field];
    if (typeof value !== 'number' || value >= 0) return [];
    return [wrong(`${path}.${field}`, value, 'must be greater than or equal to 0')];
  });
}
