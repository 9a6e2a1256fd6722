import { createHash } from 'node:crypto';
import { type Check, judgeBytes } from '../../core/backup/compare.ts';
import type { Manifest } from '../../core/backup/manifest.ts';
import type { Copy } from '../../core/ports/backup.ts';
import { withCopy } from './sealed.ts';
import type { Taking } from './taking.ts';

/** An artefact on its way out of the store: hashed as it passes, and opened where it is encrypted. */
export interface Artefact {
  /** Gives it, once, to whoever reads it. */
  read<T>(reader: (copy: Copy) => Promise<T>): Promise<T>;
  /** Whether what is stored was what was signed; reads what nobody has read. */
  check(signal: AbortSignal): Promise<Check>;
}

export function artefactOf(taking: Pick<Taking, 'store' | 'cipher'>, manifest: Manifest): Artefact {
  const hash = createHash('sha256');
  let count = 0;
  async function* passed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of taking.store.read(manifest.artefact.name)) {
      hash.update(chunk);
      count += chunk.length;
      yield chunk;
    }
  }
  const all = passed();
  // Whoever stops reading does not end it.
  const bytes = { [Symbol.asyncIterator]: () => ({ next: () => all.next() }) };
  return {
    read: (reader) => withCopy(taking, { manifest, bytes }, reader),
    async check(signal) {
      for await (const _ of all) signal.throwIfAborted();
      return judgeBytes(manifest, { bytes: count, sha256: hash.digest('hex') });
    },
  };
}
