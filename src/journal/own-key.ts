import { generateKeyPairSync } from 'node:crypto';
import type { Keyring } from '../core/ports/journal.ts';
import { signerFrom } from './checkpoint.ts';
import type { JournalLog } from './options.ts';

const SIGNING_KEY = 'journal/signing';

/** The key that signs where none is configured: kept in the keyring, drawn once. */
export async function ownKey(keyring: Keyring, log: (entry: JournalLog) => void): Promise<string> {
  const kept = await keyring.get(SIGNING_KEY);
  if (kept !== undefined) return Buffer.from(kept).toString('utf8');
  const pem = generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
  await keyring.set(SIGNING_KEY, Buffer.from(pem));
  const { publicKey } = signerFrom(pem);
  // Whoever can write the journal can read this key; a key from elsewhere is a better witness.
  log({
    level: 'warn',
    message: 'a signing key was drawn into the keyring',
    fields: { publicKey },
  });
  return pem;
}
