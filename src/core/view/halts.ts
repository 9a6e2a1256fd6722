import { everything, type HaltState } from '../operation/halt.ts';
import { problem } from '../problem.ts';
import type { Block, Text } from './card.ts';
import { code, personSpan, problemBlock, strong, time, type Words } from './words.ts';

/** What keeps changes from beginning; nothing where nothing does. A freeze stands until its end is on the record. */
export function haltBlocks(
  { readOnly, freezes, open, unreadable }: HaltState,
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
    ...open.map(({ name, line, scopes, until, reason }) => [
      strong('FROZEN'),
      ' ',
      ...scopes.flatMap((scope, index) => [
        ...(index === 0 ? [] : [', ']),
        scope === everything ? 'everything' : code(scope),
      ]),
      ` by the calendar (${name}, ${line}) until `,
      time(until),
      `: ${reason}`,
    ]),
  ];
  return items.length === 0 ? [] : [{ kind: 'list', title: 'Nothing begins', items, more: 0 }];
}

/** When the calendar freezes next, for whoever asks at that moment. */
export function comingBlocks({ windows = [] }: HaltState, at: number): readonly Block[] {
  const items = windows.flatMap((window): readonly Text[] => {
    const next = window.spanAt(at) ? undefined : window.nextAfter(at);
    const span = next === undefined ? undefined : window.spanAt(next);
    if (!span) return [];
    const what = window.scopes.map((scope) => (scope === everything ? 'everything' : scope));
    return [
      [
        `${what.join(', ')} from `,
        time(span.from),
        ' until ',
        time(span.until),
        `: ${window.reason} (${window.name}, ${window.line})`,
      ],
    ];
  });
  return items.length === 0 ? [] : [{ kind: 'list', title: 'Freezes to come', items, more: 0 }];
}
