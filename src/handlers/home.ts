import { waitsForReview } from '../core/operation/glass.ts';
import type { OperationState } from '../core/operation/operation.ts';
import type { Card } from '../core/view/card.ts';
import { homeCard, waitsFor as mayFill } from '../core/view/home-card.ts';
import { refused } from './answer.ts';
import { isProblem } from './command.ts';
import type { Desk } from './desk.ts';
import type { Actor } from './dispatch.ts';
import { evidence } from './judgement.ts';
import { deskOf } from './privacy.ts';

/** What stands open, and what waits for whoever looks; a stranger reads that nobody knows them. */
export async function homeOf(whole: Desk, actor: Actor): Promise<Card> {
  const by = await evidence(whole, actor);
  if (isProblem(by)) return { ...refused(by, whole).card, key: 'home' };
  const desk = deskOf(whole, by);
  const operations = [...desk.liveOperations(), ...desk.openReviews()];
  const reading = { incidents: desk.openIncidents(), operations };
  return homeCard(by, reading, desk.words);
}

/** One thing that waits for somebody: a plan to approve, a broken glass to review. */
export interface Waits {
  /** The page it stands on. */
  readonly thread: string;
  readonly what: 'approve' | 'review';
  readonly line: string;
  readonly operation: string;
}

/** The same in short, for a page that links; nothing for a stranger. */
export async function waitsFor(whole: Desk, actor: Actor): Promise<readonly Waits[]> {
  const by = await evidence(whole, actor);
  if (isProblem(by)) return [];
  const desk = deskOf(whole, by);
  const plans = desk.liveOperations().filter((operation) => mayFill(by, operation));
  const reviews = desk.openReviews().filter((operation) => waitsForReview(by, operation));
  return [
    ...plans.map((operation) => waits('approve', operation)),
    ...reviews.map((operation) => waits('review', operation)),
  ];
}

function waits(what: Waits['what'], { id, asked }: OperationState): Waits {
  return { what, thread: asked?.incident || id, line: asked?.line ?? id, operation: id };
}
