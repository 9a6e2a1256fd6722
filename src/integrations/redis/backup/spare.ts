import { keysIn } from './keyspace.ts';

/** A database that is in use, and an empty one that changes places with it. */
export interface Pair {
  readonly used: number;
  readonly spare: number;
}

/** What one restore has in its spare databases: what it has restored, or what was in use before. */
export interface SpareName {
  readonly kind: 'restored' | 'before';
  /** Of the operation. */
  readonly mark: string;
  readonly pairs: readonly Pair[];
}

/** Stand in each spare database, so that nobody takes it for anything else: whose they are, and what is there. */
export const restoredKey = 'tocsin:restored';
export const beforeKey = 'tocsin:before';

/** `before_1a2b3c (db0 in db15, db3 in db14)`: for people, and to be read back. */
export function spareName({ kind, mark, pairs }: SpareName): string {
  const places = pairs.map(({ used, spare }) => `db${used} in db${spare}`);
  return `${kind}_${mark} (${places.join(', ')})`;
}

/** What `spareName` wrote; undefined for anything else. */
export function spareNamed(name: string): SpareName | undefined {
  const [, kind, mark, places] = /^(restored|before)_([0-9a-z]+) \((.+)\)$/.exec(name) ?? [];
  if ((kind !== 'restored' && kind !== 'before') || !mark || !places) return undefined;
  const pairs = places.split(', ').flatMap((place): readonly Pair[] => {
    const [, used, spare] = /^db(\d+) in db(\d+)$/.exec(place) ?? [];
    return used && spare ? [{ used: Number(used), spare: Number(spare) }] : [];
  });
  return pairs.length === places.split(', ').length ? { kind, mark, pairs } : undefined;
}

/** The numbers of those that hold a key, by INFO. */
export function filledIn(info: string): readonly number[] {
  return Object.keys(keysIn(info)).map((name) => Number(name.slice('db'.length)));
}

export function saidDatabases(numbers: readonly number[]): string {
  return numbers.length === 0 ? 'none' : numbers.map((each) => `db${each}`).join(', ');
}
