import { ProblemError, problem } from '../core/problem.ts';
import { digestOf, isPublished, isSigned, publicKeyFrom } from './checkpoint.ts';

/** A checkpoint that was kept elsewhere: the whole digest, or the first characters of it that a card shows. */
export interface Witness {
  readonly number: number;
  readonly digest: string;
  /** The key that signed it, where the whole checkpoint was kept. */
  readonly publicKey: string | undefined;
}

/**
 * Reads what people keep: the JSON line of the log (alone or inside a longer log line), many of them, or the short form
 * of a card (`cp 41 7f3a9c21`). Lines that say nothing of a checkpoint are passed over; none at all is a problem.
 */
export function witnessesIn(text: string, source: string): Witness[] {
  const witnesses = text.split('\n').flatMap((line) => witnessIn(line) ?? shortIn(line) ?? []);
  if (witnesses.length === 0)
    throw new ProblemError(problem('CHECKPOINT_FILE_UNREADABLE', { path: source }));
  return witnesses;
}

/** The keys that a person gives, base64url. One that is given and empty is a variable that was never set, not "any key". */
export function publicKeysIn(text: string): string[] {
  const pems = [...text.matchAll(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g)].map(
    ([pem]) => pem,
  );
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (pems.length > 0) return pems.map(publicKeyFrom);
  return (words.length > 0 ? words : ['']).map(publicKeyFrom);
}

function witnessIn(line: string): Witness | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const candidates = [
    value,
    ...(typeof value === 'object' && value !== null ? Object.values(value) : []),
  ];
  for (const each of candidates) {
    if (!isPublished(each) || digestOf(each) !== each.digest || !isSigned(each)) continue;
    return { number: each.number, digest: each.digest, publicKey: each.publicKey };
  }
  return undefined;
}

function shortIn(line: string): Witness | undefined {
  const [, number, digest] = /\bcp (\d+) ([0-9a-f]{8,64})\b/.exec(line) ?? [];
  if (number === undefined || digest === undefined) return undefined;
  return { number: Number(number), digest, publicKey: undefined };
}
