import { reviewDueAt, reviewers } from '../operation/glass.ts';
import type { OperationState } from '../operation/operation.ts';
import type { Action, Block, Card, Text } from './card.ts';
import { code, on, personSpan, strong, time, type Words } from './words.ts';

/** For ever on the card of a plan: that it had no approval, who answers for that, and what a second person said of it. */
export function glassBlocks(state: OperationState, words: Words): readonly Block[] {
  const { glass } = state;
  if (!glass) return [];
  const broken: Text = [
    strong('BROKEN GLASS'),
    ' by ',
    personSpan(glass.evidence.person, words),
    ...on(glass.evidence.surface),
    ' at ',
    time(glass.at),
    `: ${glass.reason}`,
  ];
  return [
    { kind: 'text', text: broken },
    { kind: 'text', text: reviewText(state, words) },
  ];
}

function reviewText(state: OperationState, words: Words): Text {
  const { glass, rule, id } = state;
  if (!glass) return [];
  const { review } = glass;
  if (review) {
    const how = review.as === 'ok' ? 'it was right' : 'IT WAS NOT RIGHT';
    return [
      strong('REVIEWED'),
      ' by ',
      personSpan(review.person, words),
      ...on(review.surface),
      ' at ',
      time(review.at),
      `, ${how}: ${review.comment}`,
    ];
  }
  const isLate = glass.reminders.some(({ overdue }) => overdue);
  return [
    strong(isLate ? 'REVIEW OVERDUE' : 'REVIEW DUE'),
    isLate ? ' since ' : ' by ',
    time(reviewDueAt(glass)),
    `, by somebody of ${reviewers(rule).join(', ')} who neither asked nor broke it: `,
    code(`review ${id} ok comment="…"`),
  ];
}

/** What a reviewer is told where nobody else reads it. */
export function reviewCard(state: OperationState, words: Words): Card {
  const line = (as: string) => `review ${state.id} ${as}`;
  const incident = state.asked?.incident ?? '';
  const button = (as: string, label: string): Action => ({
    key: `review/${as}`,
    label,
    style: 'plain',
    press: { kind: 'line', line: line(as), incident },
  });
  return {
    key: `review/${state.id}`,
    tone: 'warning',
    mark: 'REVIEW',
    title: ['Somebody has to look at ', code(state.asked?.line ?? state.id)],
    blocks: glassBlocks(state, words),
    actions: [button('ok', 'It was right…'), button('not-ok', 'It was not right…')],
    footnote: [code(state.id)],
  };
}

/** Lines that call people, one for each breaking and each reminder. Keys are stable: each is said once. */
export function glassLines(
  state: OperationState,
  words: Words,
): readonly { readonly key: string; readonly at: number; readonly text: Text }[] {
  const { glass, id, asked } = state;
  if (!glass) return [];
  const by = personSpan(glass.evidence.person, words);
  const broken = {
    key: `glass/${id}`,
    at: glass.at,
    text: [
      strong('BROKEN GLASS'),
      ': ',
      by,
      ' runs ',
      code(asked?.line ?? id),
      ` without approval: ${glass.reason}. `,
      ...calls(glass.told),
      ' ',
      code(`stop ${id}`),
      ' stops it.',
    ],
  };
  const reminders = glass.reminders.map(({ at, overdue, called }, index) => ({
    key: `glass/${id}/review/${index + 1}`,
    at,
    text: [
      strong(overdue ? 'REVIEW OVERDUE' : 'REVIEW DUE'),
      ': ',
      by,
      ' broke the glass for ',
      code(asked?.line ?? id),
      '. ',
      ...calls(called),
      ' ',
      code(`review ${id} ok comment="…"`),
      ' or ',
      code('not-ok'),
      ' closes it.',
    ],
  }));
  return [broken, ...reminders];
}

export function calls(
  called: readonly { readonly group: string; readonly people: readonly string[] }[],
) {
  return called.flatMap(
    ({ group, people }, index): Text => [
      ...(index === 0 ? [] : [' ']),
      { kind: 'notify', group, people },
    ],
  );
}
