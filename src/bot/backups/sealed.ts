import type { Manifest } from '../../core/backup/manifest.ts';
import type { Copy } from '../../core/ports/backup.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Taking } from './taking.ts';

/** What ends the name of an artefact that is sealed. */
export const sealedEnding = '.age';

type Sealing = Pick<Taking, 'cipher'>;

/** As it goes into the store. */
export function sealed(
  { cipher }: Sealing,
  bytes: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  return cipher ? cipher.seal(bytes) : bytes;
}

/** What a manifest says of it. */
export function sealOf({
  cipher,
}: Sealing): Pick<Manifest['artefact'], 'encryption' | 'recipients'> {
  return cipher
    ? { encryption: 'age', recipients: [...cipher.recipients] }
    : { encryption: 'none' };
}

/** Why nobody here can see what it holds; undefined where it is plain, or there is a key to it. */
export async function lackOfKey(
  { cipher }: Sealing,
  { id, artefact }: Manifest,
): Promise<Problem | undefined> {
  if (artefact.encryption === 'none') return undefined;
  const { recipients = [] } = artefact;
  if (await cipher?.opens(recipients)) return undefined;
  return problem('BACKUP_NO_KEY', { id, recipients: recipients.join(', ') });
}

/**
 * Gives a copy to whoever reads it, opened where it is sealed. What goes wrong with opening is said before what the reader
 * makes of it: a program whose input ends early complains of that.
 */
export async function withCopy<T>(
  sealing: Sealing,
  { manifest, bytes }: { readonly manifest: Manifest; readonly bytes: AsyncIterable<Uint8Array> },
  read: (copy: Copy) => Promise<T>,
): Promise<T> {
  const { source, artefact } = manifest;
  const opening: { failed?: unknown } = {};
  async function* opened(): AsyncIterable<Uint8Array> {
    try {
      yield* artefact.encryption === 'none' ? bytes : cipherOf(sealing, manifest).open(bytes);
    } catch (error) {
      opening.failed = error;
      throw error;
    }
  }
  try {
    return await read({ bytes: opened(), server: source.server, encoding: artefact.encoding });
  } catch (error) {
    throw opening.failed instanceof ProblemError ? opening.failed : error;
  }
}

function cipherOf({ cipher }: Sealing, { id, artefact }: Manifest) {
  if (cipher) return cipher;
  const recipients = artefact.recipients?.join(', ') ?? '';
  throw new ProblemError(problem('BACKUP_NO_KEY', { id, recipients }));
}
