import type { Card } from '../core/view/card.ts';
import { homeCard } from '../core/view/home-card.ts';
import { refused } from './answer.ts';
import { isProblem } from './command.ts';
import type { Desk } from './desk.ts';
import type { Actor } from './dispatch.ts';
import { evidence } from './judgement.ts';

/** What stands open, and what waits for whoever looks; a stranger reads that nobody knows them. */
export async function homeOf(desk: Desk, actor: Actor): Promise<Card> {
  const by = await evidence(desk, actor);
  if (isProblem(by)) return { ...refused(by, desk).card, key: 'home' };
  const reading = { incidents: desk.openIncidents(), operations: desk.liveOperations() };
  return homeCard(by, reading, desk.words);
}
