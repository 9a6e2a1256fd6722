import { createHash } from 'node:crypto';
import { type Check, judgeBytes } from '../../core/backup/compare.ts';
import type { Manifest } from '../../core/backup/manifest.ts';
import type { Copy } from '../../core/ports/backup.ts';
import type { Taking } from './taking.ts';

/** An artefact on its way out of the store, hashed as it passes. */
export interface Sealed {
  readonly copy: Copy;
  /** Whether it was what was signed; reads what nobody has read. */
  check(signal: AbortSignal): Promise<Check>;
}

export function sealedOf({ store }: Pick<Taking, 'store'>, manifest: Manifest): Sealed {
  const { artefact } = manifest;
  const hash = createHash('sha256');
  let bytes = 0;
  async function* passed(): AsyncIterable<Uint8Array> {
    for await (const chunk of store.read(artefact.name)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  const all = passed();
  return {
    copy: copyOf(manifest, all),
    async check(signal) {
      for await (const _ of all) signal.throwIfAborted();
      return judgeBytes(manifest, { bytes, sha256: hash.digest('hex') });
    },
  };
}

export function copyOf({ source, artefact }: Manifest, bytes: AsyncIterable<Uint8Array>): Copy {
  return { bytes, server: source.server, encoding: artefact.encoding };
}
