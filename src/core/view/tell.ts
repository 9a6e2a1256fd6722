import type { OperationState } from '../operation/operation.ts';
import type { Moment } from '../operation/tell.ts';
import type { Text } from './card.ts';
import { calls } from './glass.ts';
import { code, personSpan, strong, type Words } from './words.ts';

/** Lines that name whom the rule tells, one for each moment. Keys are stable: each is said once. */
export function tellLines(
  state: OperationState,
  words: Words,
): readonly { readonly key: string; readonly at: number; readonly text: Text }[] {
  return (state.told ?? []).map(({ moment, at, called }) => ({
    key: `tell/${state.id}/${moment}`,
    at,
    text: [...calls(called), ' ', ...said(moment, state, words)],
  }));
}

function said(moment: Moment, { id, asked, glass, status }: OperationState, words: Words): Text {
  const what = code(asked?.line ?? id);
  switch (moment) {
    case 'asked':
      return [personSpan(asked?.requester.person ?? '', words), ' asks for ', what];
    case 'approved':
      return [what, glass ? ' runs by broken glass' : ' is approved'];
    case 'ended':
      return [what, ' is ', strong(status)];
    default:
      return moment satisfies never;
  }
}
