import type { Readings } from './readings.ts';

const digest = /^[0-9a-f]{64}$/;

/** Whatever looks like a digest in what memory holds of incidents: a blob of that name is still shown. */
export function namedBlobs({ incidents }: Pick<Readings, 'incidents'>): ReadonlySet<string> {
  const named = new Set<string>();
  for (const { state } of incidents.values()) collect(state, named);
  return named;
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') {
    if (digest.test(value)) into.add(value);
  } else if (value instanceof Map) {
    for (const each of value.values()) collect(each, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) collect(each, into);
  }
}
