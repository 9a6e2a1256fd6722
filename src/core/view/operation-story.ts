import { proposerName } from '../incident/proposal.ts';
import type { OperationState } from '../operation/operation.ts';
import type { Text } from './card.ts';
import { code, on, personSpan, problemLine, strong, type Words } from './words.ts';

export interface OperationLine {
  readonly at: number;
  readonly text: Text;
}

/** What a timeline says of an operation: asked, approved, begun, ended. Its card says the rest. */
export function operationStory(state: OperationState, words: Words): readonly OperationLine[] {
  const { asked, approvals, endedAt, id, startedAt } = state;
  if (!asked) return [];
  const lines: OperationLine[] = [
    {
      at: asked.at,
      text: [
        personSpan(asked.requester.person, words),
        ' asked for ',
        strong(asked.line),
        ' ',
        code(id),
        ...on(asked.requester.surface),
        ...(asked.proposedBy
          ? [', which ', proposerName(asked.proposedBy.proposer), ' had proposed']
          : []),
      ],
    },
    ...approvals.map(({ at, evidence }) => ({
      at,
      text: [personSpan(evidence.person, words), ' approved ', code(id), ...on(evidence.surface)],
    })),
  ];
  if (state.glass) {
    const { at, evidence, reason, review } = state.glass;
    const by = personSpan(evidence.person, words);
    lines.push({
      at,
      text: [by, ' broke the glass for ', code(id), ...on(evidence.surface), `: ${reason}`],
    });
    if (review) {
      const reviewer = personSpan(review.person, words);
      lines.push({ at: review.at, text: [reviewer, ` reviewed `, code(id), `: ${review.as}`] });
    }
  }
  if (startedAt !== undefined) lines.push({ at: startedAt, text: [code(id), ' began'] });
  if (endedAt !== undefined) lines.push({ at: endedAt, text: ended(state, words) });
  return lines;
}

function ended({ endedBy, id, problem, settledAs, status }: OperationState, words: Words): Text {
  const by: Text = endedBy ? [', ', personSpan(endedBy.person, words), ...on(endedBy.surface)] : [];
  const how = settledAs ? `settled as ${settledAs}` : status;
  const why: Text = problem && !settledAs ? [': ', ...problemLine(problem, words)] : [];
  return [code(id), ' is ', strong(how), ...by, ...why];
}

/** Lines of several tellers as one story: by their time, each teller's own in its order. */
export function merged<L extends OperationLine>(
  ...tellers: readonly (readonly L[])[]
): readonly L[] {
  return tellers.flat().sort((one, other) => one.at - other.at);
}
