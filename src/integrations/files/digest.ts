import { createHash } from 'node:crypto';
import type { Tree } from '../../core/backup/manifest.ts';
import type { Entry } from './tree.ts';

/**
 * What a tree is, in one number: kinds, rights, names, links and contents of everything in it, in the order of a walk. Owners,
 * times, and whether an owner may read and write are not part of it: whoever looks at a copy has to be able to look.
 */
export function createDigest() {
  const hash = createHash('sha256');
  let members = 0;
  let bytes = 0;
  return {
    /** `content`: SHA-256 of a file. */
    add(
      {
        kind,
        mode,
        size,
        below,
        link = '',
      }: Pick<Entry, 'kind' | 'mode' | 'size' | 'below' | 'link'>,
      content = '',
    ): void {
      const rights = kind === 'link' ? 0 : mode & 0o177;
      const line = [kind, rights.toString(8), size, below, link, content].join('\0');
      hash.update(`${Buffer.byteLength(line, 'latin1')}:${line}`, 'latin1');
      members += 1;
      bytes += size;
    },
    sum: (): { readonly members: number; readonly tree: Tree } => ({
      members,
      tree: { bytes, sha256: hash.digest('hex') },
    }),
  };
}
