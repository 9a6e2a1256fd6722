import { everything, type HaltState } from '../operation/halt.ts';
import { problem } from '../problem.ts';
import type { Block, Text } from './card.ts';
import { code, personSpan, problemBlock, strong, time, type Words } from './words.ts';

/** What keeps changes from beginning; nothing where nothing does. A freeze stands until its end is on the record. */
export function haltBlocks(
  { readOnly, freezes, unreadable }: HaltState,
  words: Words,
): readonly Block[] {
  if (unreadable) return [problemBlock(problem('HALTS_UNREADABLE'), words)];
  const items: readonly Text[] = [
    ...(readOnly
      ? [
          [
            strong('READ-ONLY'),
            ' by ',
            personSpan(readOnly.person, words),
            ' since ',
            time(readOnly.at),
            `: ${readOnly.reason}`,
          ],
        ]
      : []),
    ...freezes.map(({ scope, person, reason, until }) => [
      strong('FROZEN'),
      ' ',
      ...(scope === everything ? ['everything'] : [code(scope)]),
      ' by ',
      personSpan(person, words),
      ' until ',
      time(until),
      `: ${reason}`,
    ]),
  ];
  return items.length === 0 ? [] : [{ kind: 'list', title: 'Nothing begins', items, more: 0 }];
}
