import { isRecord, type Json } from '../json.ts';

/**
 * What a value must look like. Every fault is noted in the platform's words with a pointer to its place, as it answers
 * them: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
 */
export type Shape = (value: unknown, at: string, faults: string[]) => void;

function note(faults: string[], what: string, at: string): void {
  faults.push(`${what} [json-pointer:${at}]`);
}

export function string({ max = Number.POSITIVE_INFINITY, min = 1 } = {}): Shape {
  return (value, at, faults) => {
    if (typeof value !== 'string') return note(faults, 'must provide a string', at);
    if (value.length > max) note(faults, `must be less than ${max + 1} characters`, at);
    if (value.length < min) note(faults, `must be more than ${min - 1} characters`, at);
  };
}

export function address(max = 3000): Shape {
  return (value, at, faults) => {
    string({ max })(value, at, faults);
    if (typeof value === 'string' && !/^(https?|mailto|slack):/.test(value)) {
      note(faults, 'must be a valid URL', at);
    }
  };
}

export const boolean: Shape = (value, at, faults) => {
  if (typeof value !== 'boolean') note(faults, 'must provide a boolean', at);
};

export function number({
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
} = {}): Shape {
  return (value, at, faults) => {
    if (typeof value !== 'number') return note(faults, 'must provide a number', at);
    if (value < min || value > max) note(faults, `must be between ${min} and ${max}`, at);
  };
}

export function oneOf(...allowed: readonly (string | number)[]): Shape {
  return (value, at, faults) => {
    if (!allowed.some((one) => one === value)) {
      note(faults, `must be one of: ${allowed.join(', ')}`, at);
    }
  };
}

export const anything: Shape = () => undefined;

export function list(item: Shape, { min = 1, max }: { min?: number; max: number }): Shape {
  return (value, at, faults) => {
    if (!Array.isArray(value)) return note(faults, 'must provide an array', at);
    if (value.length > max) note(faults, `no more than ${max} items allowed`, at);
    if (value.length < min) note(faults, `no fewer than ${min} items allowed`, at);
    for (const [index, one] of value.entries()) item(one, `${at}/${index}`, faults);
  };
}

/** A property that nobody knows is a fault too. */
export function object(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  const known = { ...required, ...optional };
  return (value, at, faults) => {
    if (!isRecord(value)) return note(faults, 'must provide an object', at);
    for (const name of Object.keys(required)) {
      if (value[name] === undefined) note(faults, `missing required field: ${name}`, at);
    }
    for (const [name, one] of Object.entries(value)) {
      const shape = known[name];
      if (!shape) note(faults, `invalid additional property: ${name}`, at);
      else if (one !== undefined) shape(one, `${at}/${name}`, faults);
    }
  };
}

/** Told apart by its `type`. */
export function typed(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, at, faults) => {
    const type = isRecord(value) ? value['type'] : undefined;
    const shape = typeof type === 'string' ? shapes[type] : undefined;
    if (!isRecord(value)) note(faults, 'must provide an object', at);
    else if (!shape) note(faults, `unsupported type: ${String(type)}`, at);
    else shape(value, at, faults);
  };
}

/** A fault inside is told twice, as the platform does: that nothing matched, and why. */
export function matched(shape: Shape): Shape {
  return (value, at, faults) => {
    const found: string[] = [];
    shape(value, at, found);
    if (found.length > 0) note(faults, 'failed to match all allowed schemas', at);
    faults.push(...found);
  };
}

/** What the shape of one value alone cannot say. */
export function also(shape: Shape, check: (value: Json) => string | undefined): Shape {
  return (value, at, faults) => {
    shape(value, at, faults);
    const fault = isRecord(value) ? check(value) : undefined;
    if (fault) note(faults, fault, at);
  };
}
