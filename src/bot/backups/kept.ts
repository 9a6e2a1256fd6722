import type { SignedManifest } from '../../core/backup/manifest.ts';
import type { ArtefactStore } from '../../core/ports/backup.ts';
import { ProblemError } from '../../core/problem.ts';
import { signedManifestIn } from './schema.ts';

/** A manifest of a thousand tables is a fifth of this. */
const manifestMax = 1024 * 1024;

/** The manifest of that name; undefined where there is none that can be read. */
export async function manifestAt(
  store: ArtefactStore,
  name: string,
): Promise<SignedManifest | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of store.read(name)) {
      size += chunk.length;
      if (size > manifestMax) return undefined;
      parts.push(chunk);
    }
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'BACKUP_NOT_THERE')
      return undefined;
    throw error;
  }
  return signedManifestIn(Buffer.concat(parts).toString('utf8'));
}
