import { type Matcher, parseMatchers } from '../../../core/alert/matcher.ts';
import type { Step } from '../../../core/operation/plan.ts';
import type { HeldSilence, Silences } from '../../../core/ports/silences.ts';
import { mark } from '../mark.ts';

export const silenceKind = 'alertmanager.silence';
export const unsilenceKind = 'alertmanager.unsilence';

/** What a plan says of the silence that it makes. */
export interface Terms {
  readonly silence: string;
  readonly matchers: readonly Matcher[];
  readonly durationMs: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** Steps are written by our own planner; one that is none of ours throws, and is then a step that failed. */
export function termsOf({ params }: Pick<Step, 'params'>): Terms {
  const matchers = parseMatchers(String(params['matchers']));
  if ('why' in matchers) throw new TypeError(`the matchers of a plan: ${matchers.why}`);
  return {
    silence: String(params['silence']),
    matchers,
    durationMs: Number(params['durationMs']),
    createdBy: String(params['createdBy']),
    comment: String(params['comment']),
  };
}

/** What each driver needs. */
export interface Reach {
  readonly silences: Silences;
  readonly now: () => number;
}

/** The one that this operation made, by the end of its comment, where nobody's reason stands. */
export function madeBy(
  held: readonly HeldSilence[],
  { params }: Pick<Step, 'params'>,
  operation: string,
): HeldSilence | undefined {
  const end = `, ${operation} ${mark(String(params['silence']))}`;
  return held.find(({ comment }) => comment.endsWith(end));
}
