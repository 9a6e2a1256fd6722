import type { Blown } from '../operation/fuse.ts';
import type { HaltState } from '../operation/halt.ts';
import type { Card, Text } from './card.ts';
import { calls } from './glass.ts';
import { code, strong } from './words.ts';

/** The line that calls people, below the operation that reached the number. */
export function fuseLines(
  operation: string,
  halts: HaltState | undefined,
): readonly { readonly key: string; readonly at: number; readonly text: Text }[] {
  return (halts?.blown ?? [])
    .filter((blown) => blown.operation === operation)
    .map(({ at, operations, called }) => ({
      key: `fuse/${operation}`,
      at,
      text: [
        strong('FUSE BLOWN'),
        `: ${operations.length} dangerous operations began within an hour, and everything is read-only. `,
        ...calls(called),
        ' ',
        code('locks'),
        ' says what halts, ',
        code('read-only off reason="…"'),
        ' plans to lift it.',
      ],
    }));
}

/** What whoever is called reads where nobody else does. */
export function fuseCard({ operation, operations }: Blown): Card {
  return {
    key: `fuse/${operation}`,
    tone: 'critical',
    mark: 'READ-ONLY',
    title: [`The fuse blew: ${operations.length} dangerous operations within an hour`],
    blocks: [
      { kind: 'text', text: ['Nothing begins any more, and what runs ends before its next step.'] },
      { kind: 'list', title: 'They were', items: operations.map((id) => [code(id)]), more: 0 },
      {
        kind: 'text',
        text: [
          'Find out who or what asks for them. ',
          code('locks'),
          ' says what halts, ',
          code('read-only off reason="…"'),
          ' plans to lift it; somebody else approves that.',
        ],
      },
    ],
    actions: [],
    footnote: [code(operation)],
  };
}
