import type { Evidence } from '../person.ts';
import type { Approval } from './operation.ts';

/** Between the factor and the approval it is given with lies one request; more than this is not the same moment. */
export const stepUpFreshMs = 2 * 60_000;

/** Whether somebody gave a second factor for this very plan, just now: what was given for another plan is nothing here. */
export function isSteppedUp({ stepUp }: Evidence, hash: string, at: number): boolean {
  if (stepUp === undefined || stepUp.hash !== hash) return false;
  const age = at - stepUp.at;
  return age >= 0 && age <= stepUpFreshMs;
}

/** The same of an approval that was given: as it was then, because a factor is spent once and never given again. */
export function wasSteppedUp({ evidence, at }: Approval, hash: string): boolean {
  return isSteppedUp(evidence, hash, at);
}
