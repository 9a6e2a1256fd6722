import { SALT_BYTES } from './chain.ts';

/**
 * Stands where a body was that went into an archive. A body is longer than its salt, so the two cannot be taken for each
 * other: `A12` lies in file 12; `P12` too, and only its members may hear of it; `E12` did, and was erased there as well.
 */
export interface Mark {
  readonly kind: 'archived' | 'private' | 'erased';
  readonly number: number;
}

const letters = { archived: 'A', private: 'P', erased: 'E' } as const;
const kinds = { A: 'archived', P: 'private', E: 'erased' } as const;

export function markBytes({ kind, number }: Mark): Buffer {
  return Buffer.from(`${letters[kind]}${number}`);
}

/** Undefined for a body that is one. */
export function markIn(body: Uint8Array): Mark | undefined {
  if (body.byteLength >= SALT_BYTES) return undefined;
  return markFrom(Buffer.from(body).toString('latin1'));
}

export function markFrom(text: string): Mark | undefined {
  const [, letter, digits] = /^([APE])([1-9]\d{0,8})$/.exec(text) ?? [];
  if (letter !== 'A' && letter !== 'P' && letter !== 'E') return undefined;
  return { kind: kinds[letter], number: Number(digits) };
}
