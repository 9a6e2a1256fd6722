import type { Problem } from '../core/problem.ts';
import type { Answer, Block, Card, Text } from '../core/view/card.ts';
import { problemBlock, sentence } from '../core/view/words.ts';
import type { Desk } from './desk.ts';

/** What one person is told: whispered, or said where it was asked. */
export function said(
  to: Answer['to'],
  title: Text,
  blocks: readonly Block[],
  tone: Card['tone'] = 'neutral',
): Answer {
  return {
    to,
    card: { key: 'answer', tone, mark: '', title, blocks, actions: [], footnote: [] },
  };
}

/** The five parts of a problem, to the one who asked. */
export function refused(because: Problem, desk: Pick<Desk, 'words'>): Answer {
  const block = problemBlock(because, desk.words);
  // Its first sentence is the card's own first line.
  return said('asker', sentence(block.what), [{ ...block, what: '' }], 'failed');
}
