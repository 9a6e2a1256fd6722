import { isInside, parentOf, type Raw } from '../name.ts';
import { broken } from '../trouble.ts';
import type { Header } from './header.ts';

/** Where one member stands in an archive. */
export interface Standing {
  /** The member at the top of the tree that it belongs to. */
  readonly root: Raw;
  /** Folders that nothing more comes of, the innermost first. */
  readonly left: readonly Header[];
}

/**
 * Members come as a walk meets them: a tree after the other, each folder before what is in it and never again. So what a
 * member lies in is always a folder that was made just before, and never a link or a file. Rejects what comes otherwise.
 */
export function createOrder() {
  const folders: Header[] = [];
  const roots: Raw[] = [];
  return {
    enter(member: Header): Standing {
      const { path, kind } = member;
      const left: Header[] = [];
      for (let top = folders.at(-1); top && !isInside(path, top.path); top = folders.at(-1)) {
        left.push(top);
        folders.pop();
      }
      const within = folders.at(-1);
      if (!within) {
        const other = roots.find(
          (root) => root === path || isInside(path, root) || isInside(root, path),
        );
        if (other !== undefined)
          throw broken('a member lies in no folder that was there before it');
        roots.push(path);
      } else if (parentOf(path) !== within.path) {
        throw broken('a member lies in no folder that was there before it');
      }
      if (kind === 'folder') folders.push(member);
      return { root: roots.at(-1) ?? path, left };
    },
    /** What is left at the end. */
    rest: (): readonly Header[] => folders.splice(0).toReversed(),
  };
}
