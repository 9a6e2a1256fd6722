import { newAccountMs } from '../identity/link.ts';
import type { Evidence } from '../person.ts';
import { type Problem, problem } from '../problem.ts';
import { said } from './decide.ts';
import type { OperationState } from './operation.ts';

/** An account that was linked a moment ago may be somebody else's: for a day it asks, and decides nothing. */
export function tooNew(by: Evidence, at: number, state: OperationState): Problem | undefined {
  const from = (by.linkedAt ?? Number.NEGATIVE_INFINITY) + newAccountMs;
  if (at >= from) return undefined;
  return problem('ACCOUNT_TOO_NEW', { ...said(state), from: new Date(from).toISOString() });
}
