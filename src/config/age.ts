import { Secret } from '../core/secret.ts';
import { field, secret } from './field.ts';

/*
 * Keys of age as they are written: https://github.com/C2SP/C2SP/blob/main/age.md. They are bech32, whose checksum finds a
 * letter that was mistyped: https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 */

/** What is public of a key: whoever has the other half can open what is encrypted for it. */
export const recipient = field('`age1…`', (written) => {
  const text = typeof written === 'string' ? written.trim() : '';
  if (/^AGE-SECRET-KEY-/i.test(text)) {
    return {
      why: 'it is the secret half of a key',
      instead: 'write its public half: age-keygen -y FILE says it',
      hide: 'holds a secret key',
    };
  }
  if (isKey(text, 'age') || isKey(text, postQuantum)) return { value: text };
  return /^(ssh-|age1[a-z0-9-]+1)/.test(text)
    ? { why: other, instead: 'write the public half of a key of age-keygen' }
    : {
        why: 'it is no public key of age, or a letter of it is wrong',
        instead: 'write the line age1… that age-keygen says',
      };
});

const other = 'keys of SSH and of plugins want more than this build has';

/** The file of age-keygen: a key on each line, comments and empty lines. */
export const identities = field<readonly Secret[]>('secret', (written) => {
  const read = secret.safeParse(written);
  if (!read.success) {
    const [issue] = read.error.issues;
    const params: Readonly<Record<string, unknown>> =
      (issue?.code === 'custom' && issue.params) || {};
    const hide = params['hide'];
    return {
      why: String(params['why']),
      instead: String(params['instead']),
      ...(typeof hide === 'string' && { hide }),
    };
  }
  const text = read.data.reveal();
  const hide = 'holds no identity';
  if (/BEGIN AGE ENCRYPTED FILE|^age-encryption\.org/.test(text)) {
    return {
      why: 'that identity is behind a passphrase, and at night nobody is there to type it',
      instead: 'open it with age --decrypt and refer to what comes out',
      hide,
    };
  }
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.some((line) => /^AGE-PLUGIN-|PRIVATE KEY/.test(line))) {
    return { why: other, instead: 'refer to a file of age-keygen', hide };
  }
  const isWhole = lines.every(
    (line) => isKey(line, 'AGE-SECRET-KEY-') || isKey(line, 'AGE-SECRET-KEY-PQ-'),
  );
  return isWhole && lines.length > 0
    ? { value: lines.map((line) => new Secret(line)) }
    : {
        why: 'it holds something that is no AGE-SECRET-KEY-1…, or a letter of it is wrong',
        instead: 'refer to a file of age-keygen',
        hide,
      };
});

const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** 32 bytes, five bits a letter, and six letters of checksum. The public half of a hybrid key is longer. */
const keyLetters = 52 + 6;
const postQuantum = 'age1pq';

/** Bech32 with that part before its last `1`; all letters small, or all large. */
function isKey(text: string, kind: string): boolean {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return false;
  const end = text.lastIndexOf('1');
  if (text.slice(0, end) !== kind) return false;
  const head = Array.from(kind.toLowerCase(), (letter) => letter.charCodeAt(0));
  const body = Array.from(text.slice(end + 1).toLowerCase(), (letter) => letters.indexOf(letter));
  const isWhole = kind === postQuantum ? body.length > keyLetters : body.length === keyLetters;
  if (!isWhole || body.includes(-1)) return false;
  const all = [...head.map((code) => code >> 5), 0, ...head.map((code) => code & 31), ...body];
  return remainder(all) === 1;
}

const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function remainder(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, word] of generator.entries()) {
      if ((top >> bit) & 1) sum ^= word;
    }
  }
  return sum;
}
