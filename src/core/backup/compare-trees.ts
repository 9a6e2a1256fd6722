import type { Check } from './compare.ts';
import { sayBytes } from './estimate.ts';
import type { Content } from './manifest.ts';

/** Files that were restored, held against what was read when they were copied. */
export function judgeTrees(then: Content, now: Content): readonly Check[] {
  const paths = Object.entries(then.trees ?? {});
  const wrong = paths.flatMap(([path, tree]) => {
    const found = now.trees?.[path];
    if (!found) return [`${path} is not in it`];
    const [had, has] = [then.counts[path], now.counts[path]];
    if (had !== has) return [`${path} has ${has} files, folders and links instead of ${had}`];
    return found.sha256 === tree.sha256 ? [] : [`${path} has others than it had`];
  });
  const more = Object.keys(now.trees ?? {}).filter(
    (path) => !Object.hasOwn(then.trees ?? {}, path),
  );
  const all = [...wrong, ...more.map((path) => `${path} is in it as well`)];
  const count = paths.reduce((sum, [path]) => sum + (then.counts[path] ?? 0), 0);
  const bytes = paths.reduce((sum, [, tree]) => sum + tree.bytes, 0);
  const notes = (then.notes ?? []).map((note) => `; ${note}`).join('');
  const says = `${count} files, folders and links, ${sayBytes(bytes)}, byte for byte as they were read${notes}`;
  return [
    {
      name: 'files',
      ok: all.length === 0,
      says: all.length === 0 ? says : all.slice(0, 4).join(', '),
    },
  ];
}
