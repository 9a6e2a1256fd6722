import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const iterations = 4096;

export interface ScramConversation {
  /** The next words of the server, and whether it is over; undefined: the proof is wrong. */
  next(payload: string): { readonly payload: string; readonly done: boolean } | undefined;
}

/** The server's half of SCRAM-SHA-256, RFC 7677: a client is believed only with the password. */
export function scramConversation(
  password: (user: string) => string | undefined,
): ScramConversation {
  const salt = randomBytes(24);
  let first = '';
  let offered = '';
  let salted: Buffer | undefined;
  let over = false;
  return {
    next(payload) {
      if (offered === '') {
        first = payload.replace(/^n,,/, '');
        const said = fieldsOf(first);
        const known = password(said.get('n') ?? '');
        salted =
          known === undefined ? undefined : pbkdf2Sync(known, salt, iterations, 32, 'sha256');
        const nonce = `${said.get('r')}${randomBytes(18).toString('base64')}`;
        offered = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;
        return { payload: offered, done: false };
      }
      if (over) return { payload: '', done: true };
      const said = fieldsOf(payload);
      const withoutProof = payload.slice(0, payload.lastIndexOf(',p='));
      const message = `${first},${offered},${withoutProof}`;
      if (salted === undefined) return undefined;
      const clientKey = hmac(salted, 'Client Key');
      const stored = createHash('sha256').update(clientKey).digest();
      const signature = hmac(stored, message);
      const proof = Buffer.from(said.get('p') ?? '', 'base64');
      const wanted = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
      if (proof.length !== wanted.length || !timingSafeEqual(proof, wanted)) return undefined;
      over = true;
      const server = hmac(hmac(salted, 'Server Key'), message).toString('base64');
      return { payload: `v=${server}`, done: true };
    },
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)] as const));
}
