import type { Draft } from '../ports/step.ts';
import { type Facts, problem } from '../problem.ts';

/** Why two may take writes once a plan has run. A writer that does not answer counts as alive and as unfenced. */
export interface SplitBrain {
  /** The old writer, by the name its plan shows. */
  readonly old: string;
  /** Part of a sentence: why nothing keeps it from writing. */
  readonly because: string;
}

/** What is typed with the request by whoever takes two writers at once. */
export const splitWords = 'split-brain';

/**
 * The one rule for every integration: a plan that does not keep the old writer from writing is only made for somebody who
 * typed that they take it, and says so first. Where there is nothing to accept the words are refused, so that nobody learns to
 * type them beforehand.
 */
export function withWords(draft: Draft, { accept }: Facts): Draft {
  if (!draft.ok) return draft;
  const { splitBrain } = draft;
  if (!splitBrain) {
    return accept === undefined ? draft : { ok: false, problem: problem('SPLIT_BRAIN_NOTHING') };
  }
  const facts = { ...splitBrain };
  if (accept !== splitWords) {
    return {
      ok: false,
      problem: problem('SPLIT_BRAIN_UNACCEPTED', { ...facts, words: splitWords }),
    };
  }
  return { ...draft, warnings: [problem('SPLIT_BRAIN_POSSIBLE', facts), ...draft.warnings] };
}
