import type { EndpointEvent } from '../incident/watch.ts';
import type { Problem } from '../problem.ts';
import type { Text } from './card.ts';
import { duration, problemBlock, problemLine, strong, unticked, type Words } from './words.ts';

export function endpointLine(event: EndpointEvent, words: Words): Text {
  const who = strong(`watch ${event.watch}`);
  if (event.type === 'EndpointUp') {
    return [who, `: it answers again, after ${duration(event.lastedMs)}`];
  }
  return [who, `: ${failed(event.strikes)}. `, ...problemLine(event.problem, words)];
}

/** Why a watch proposes something. */
export function watchWhy(strikes: number, problem: Problem, words: Words): string {
  const { why } = problemBlock(problem, words);
  return `${failed(strikes)}: ${unticked(why)}`;
}

function failed(strikes: number): string {
  return strikes === 1 ? 'a check failed' : `${strikes} checks in a row failed`;
}
