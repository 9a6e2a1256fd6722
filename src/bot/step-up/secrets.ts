import { z } from 'zod';
import type { Keyring } from '../../core/ports/journal.ts';

/** What proves a factor. One entry of the keyring each, encrypted there. */
export type FactorSecret = z.output<typeof factorSecret>;

const passkey = z.object({
  kind: z.literal('passkey'),
  /** base64url, as the browser says it. */
  credential: z.string(),
  /** COSE, base64. */
  publicKey: z.string(),
  transports: z.array(z.string()),
});

const totp = z.object({ kind: z.literal('totp'), secret: z.string() });

const recovery = z.object({
  kind: z.literal('recovery'),
  salt: z.string(),
  hashes: z.array(z.string()),
});

const factorSecret = z.discriminatedUnion('kind', [passkey, totp, recovery]);

export type PasskeySecret = z.output<typeof passkey>;

export interface FactorSecrets {
  get(person: string, factor: string): Promise<FactorSecret | undefined>;
  set(person: string, factor: string, secret: FactorSecret): Promise<void>;
  delete(person: string, factor: string): Promise<void>;
}

export function openFactorSecrets(keyring: Keyring): FactorSecrets {
  return {
    async get(person, factor) {
      const bytes = await keyring.get(nameOf(person, factor));
      return bytes && factorSecret.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    },
    set: (person, factor, secret) =>
      keyring.set(nameOf(person, factor), Buffer.from(JSON.stringify(secret))),
    delete: (person, factor) => keyring.delete(nameOf(person, factor)),
  };
}

function nameOf(person: string, factor: string): string {
  return `factor/${person}/${factor}`;
}
