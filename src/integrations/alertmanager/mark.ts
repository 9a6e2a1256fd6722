/** By which a silence of ours is known again: it ends its comment. */
export function mark(silence: string): string {
  return `[tocsin ${silence}]`;
}

/** Whose of ours a silence is, by its comment; '' for one that is nobody's of ours. */
export function markedAs(comment: string): string {
  return [...comment.matchAll(/\[tocsin (sil-[\w-]+)\]/g)].at(-1)?.[1] ?? '';
}

/** A comment without what only we write. */
export function unmarked(comment: string): string {
  return comment.replaceAll(/\[(?=tocsin )/gi, '(');
}
