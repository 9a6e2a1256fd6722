import type { Sha256 } from '../event.ts';
import type { Plan } from './plan.ts';

/**
 * SHA-256 (hex) over the plan's canonical bytes. An approval names this and nothing else: a press carries it whole, a
 * typed approval at least its first ten characters.
 */
export function planHash(plan: Plan, sha256: Sha256): string {
  return sha256(canonical(plan));
}

/** How much of the hash a person must type. */
export const typedHashLength = 10;

/**
 * One spelling for one value: keys sorted by code unit, no white space, integers only. Anything JSON would drop or
 * round is refused, because two different plans must never share their bytes.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a plan holds a string that is not well formed');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`a plan holds the number ${value}`);
    return String(Object.is(value, -0) ? 0 : value);
  }
  // `map` would skip holes, and two arrays of another length would share their bytes.
  if (Array.isArray(value)) return `[${Array.from(value, canonical).join(',')}]`;
  if (isPlain(value)) {
    const parts = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => `${canonical(name)}:${canonical(inner)}`);
    return `{${parts.join(',')}}`;
  }
  throw new TypeError(`a plan holds a ${typeof value} that JSON does not know`);
}

/** A Date, a Map or a class would lose what it holds. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
