/*
 * Replies are read field by field: what is missing or of another kind is empty, 0 or false, as it is with servers of
 * other versions. Whole numbers of 64 bits and times come as objects that say their value.
 */

export function textOf(reply: unknown, name: string): string {
  const value = field(reply, name);
  return typeof value === 'string' ? value : '';
}

export function flagOf(reply: unknown, name: string): boolean {
  return field(reply, name) === true;
}

export function numberOf(reply: unknown, name: string): number {
  const value = field(reply, name);
  const number = typeof value === 'object' && value !== null ? Number(value.valueOf()) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : 0;
}

/** Of a date, ms. */
export function millisecondsOf(reply: unknown, name: string): number {
  const value = field(reply, name);
  return value instanceof Date && Number.isFinite(value.getTime()) ? value.getTime() : 0;
}

export function arrayOf(reply: unknown, name: string): readonly unknown[] {
  const value = field(reply, name);
  return Array.isArray(value) ? value : [];
}

function field(reply: unknown, name: string): unknown {
  return typeof reply === 'object' && reply !== null
    ? new Map<string, unknown>(Object.entries(reply)).get(name)
    : undefined;
}
