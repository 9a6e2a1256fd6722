import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Keyring } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';

/*
 * Secrets encrypted under a key that lies elsewhere than the keyring: AES-256-GCM, the name of the entry as additional
 * data, so that no entry can be put in another's place. 1 byte version, 12 bytes nonce, 16 bytes tag, then the rest.
 */

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * The first key seals; each opens, so that a key is replaced by writing the new one before it. What an older one opened is
 * sealed anew. Rejects with KEYRING_SEALED when none opens an entry.
 */
export function sealKeyring(keyring: Keyring, keys: readonly string[]): Keyring {
  const derived = keys.map(keyOf);
  const [newest] = derived;
  if (newest === undefined) throw new Error('a sealed keyring needs a key');

  return {
    async get(name) {
      const sealed = await keyring.get(name);
      if (sealed === undefined) return undefined;
      for (const [index, key] of derived.entries()) {
        const opened = open(sealed, key, name);
        if (opened === undefined) continue;
        if (index > 0) await keyring.set(name, seal(opened, newest, name));
        return opened;
      }
      throw new ProblemError(problem('KEYRING_SEALED', { name }));
    },
    set: (name, secret) => keyring.set(name, seal(secret, newest, name)),
    delete: (name) => keyring.delete(name),
  };
}

/** Whatever stands in the file, as long as nobody can guess it. */
function keyOf(written: string): Buffer {
  return Buffer.from(hkdfSync('sha256', written.trim(), 'tocsin keyring', `v${version}`, 32));
}

function seal(secret: Uint8Array, key: Uint8Array, name: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), body]);
}

function open(sealed: Uint8Array, key: Uint8Array, name: string): Uint8Array | undefined {
  const bytes = Buffer.from(sealed);
  if (bytes[0] !== version || bytes.length < 1 + nonceBytes + tagBytes) return undefined;
  const nonce = bytes.subarray(1, 1 + nonceBytes);
  const tag = bytes.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(tag);
    const body = bytes.subarray(1 + nonceBytes + tagBytes);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return undefined;
  }
}
