import type { OperationState } from '../operation/operation.ts';
import { code, personSpan, type Words } from './words.ts';

/** For the card of a plan: whom it was put to directly, and who could not be reached. */
export function askingFacts(state: OperationState, words: Words) {
  const asking = state.asking ?? [];
  const named = (some: typeof asking) =>
    some.flatMap(({ person, passed }, index) => [
      index === 0 ? '' : ', ',
      personSpan(person, words),
      ...(passed === '' ? [] : [' (', code(passed), ')']),
    ]);
  const asked = asking.filter(({ passed }) => passed === '');
  const others = asking.filter(({ passed }) => passed !== '');
  return [
    ...(asked.length > 0 ? [{ label: 'asked directly', value: named(asked) }] : []),
    ...(others.length > 0 ? [{ label: 'not reached', value: named(others) }] : []),
  ];
}
