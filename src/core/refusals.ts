/**
 * What was refused at a door within a minute, by code: the only thing that is kept of requests that nobody of the
 * configuration made. One event for each door and minute, however many there were.
 */
export interface RefusalsCounted {
  readonly type: 'RefusalsCounted';
  readonly v: 1;
  /** `slack/main`, `alertmanager/main`, `console`. */
  readonly door: string;
  /** ms. */
  readonly since: number;
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Refusals that say somebody may not do what they asked for, or asked for it by something made up. What is merely too
 * late, misspelt or impossible is none.
 */
export const denials: ReadonlySet<string> = new Set([
  'APPROVE_OWN_REQUEST',
  'GLASS_NOT_ALLOWED',
  'GLASS_NOT_YOURS',
  'NOT_AN_APPROVER',
  'NOT_A_REQUESTER',
  'NOT_THE_REQUESTER',
  'NO_SAY',
  'PLAN_HASH_DIFFERS',
  'POLICY_DENIED',
  'POLICY_NO_RULE',
  'SETTLE_OWN_REQUEST',
  'SURFACE_MAY_NOT_APPROVE',
]);
