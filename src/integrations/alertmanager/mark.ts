/** By which a silence of ours is known again: it ends its comment. */
export function mark(silence: string): string {
  return `[tocsin ${silence}]`;
}

/** A comment without what only we write. */
export function unmarked(comment: string): string {
  return comment.replaceAll(/\[(?=tocsin )/gi, '(');
}
