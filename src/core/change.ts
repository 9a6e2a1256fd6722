import type { Problem } from './problem.ts';

/** What a pager is told of a change of ours, beside the pages of its service. Nobody is woken by it. */
export type ChangeEvent = ChangeBegun | ChangeTold | ChangeNotTold;

/** On disk before it is sent: told once at most, since nothing there says whether it arrived. */
export interface ChangeBegun {
  readonly type: 'ChangeBegun';
  readonly v: 1;
  readonly pager: string;
  readonly via: string;
}

export interface ChangeTold {
  readonly type: 'ChangeTold';
  readonly v: 1;
}

export interface ChangeNotTold {
  readonly type: 'ChangeNotTold';
  readonly v: 1;
  readonly problem: Problem;
}

/** One stream for each operation. */
export function changeStream(operation: string): string {
  return `change/${operation}`;
}
