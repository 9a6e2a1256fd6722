/** An object as it came over the wire: nothing about its fields is known yet. */
export type Json = { readonly [field: string]: unknown };

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one where something else stands. */
export function object(value: unknown): Json {
  return isJson(value) ? value : {};
}

/** The objects of a list; whatever else it holds is left out. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function integer(value: unknown, otherwise = 0): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : otherwise;
}

export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Without the fields that hold undefined, as a body looks once it is written. */
export function compact(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
