import { randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { recoveryCodesCount } from '../../core/factor/factor.ts';

/* Recovery codes: ten, shown once, kept as scrypt hashes, each good once. */

/** No letters that are read as others: 31^12 is 59 bits, and five tries are looked at in a quarter of an hour. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ3456789';
const groups = 3;
const lettersPerGroup = 4;
const hashBytes = 32;

export interface RecoverySheet {
  readonly salt: string;
  /** base64, in the order of the codes. */
  readonly hashes: readonly string[];
}

/** `K7QF-9WXA-3MNP` */
export function drawCode(howManyGroups = groups): string {
  const letter = () => alphabet[randomInt(alphabet.length)] ?? '';
  const group = () => Array.from({ length: lettersPerGroup }, letter).join('');
  return Array.from({ length: howManyGroups }, group).join('-');
}

export function drawCodes(): readonly string[] {
  return Array.from({ length: recoveryCodesCount }, () => drawCode());
}

/** As it is meant: spaces, dashes and small letters are how people write it down. */
export function bareCode(written: string): string {
  return written.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

export function looksLikeRecovery(written: string): boolean {
  return bareCode(written).length === groups * lettersPerGroup;
}

export async function sheetOf(codes: readonly string[], salt: Uint8Array): Promise<RecoverySheet> {
  const hashes = await Promise.all(codes.map((code) => hashOf(code, salt)));
  return {
    salt: Buffer.from(salt).toString('base64'),
    hashes: hashes.map((hash) => hash.toString('base64')),
  };
}

/** Which of the codes it is; undefined when it is none. */
export async function codeOf(sheet: RecoverySheet, written: string): Promise<number | undefined> {
  const hash = await hashOf(written, Buffer.from(sheet.salt, 'base64'));
  const found = sheet.hashes.map((each) => timingSafeEqual(Buffer.from(each, 'base64'), hash));
  const index = found.indexOf(true);
  return index < 0 ? undefined : index;
}

function hashOf(code: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((done, fail) => {
    scrypt(bareCode(code), salt, hashBytes, (error, hash) => (error ? fail(error) : done(hash)));
  });
}
