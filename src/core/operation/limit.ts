import type { ErasedEvent } from '../event.ts';
import { type Problem, problem } from '../problem.ts';
import { type OperationState, terminal } from './operation.ts';
import type { Verdict } from './policy.ts';

/*
 * What a rule lets through is limited in number: so many in an hour, so many at a time. Counted is what begins, in a
 * stream of the rule and by the append that begins it: two that would begin at the same moment meet there.
 */

export interface RuleLimit {
  /** Names the rule whatever line it stands on: a digest of it as written. */
  readonly rule: string;
  /** Its line, for people. */
  readonly where: string;
  /** How many may begin within an hour. */
  readonly perHour?: number;
  /** How many may be under way. */
  readonly concurrent?: number;
}

export type LimitEvent =
  | { readonly type: 'RunCounted'; readonly v: 1; readonly operation: string }
  | { readonly type: 'RunOver'; readonly v: 1; readonly operation: string };

/** What began within the last hour or is under way, oldest first. */
export type LimitState = readonly Run[];

export interface Run {
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly over: boolean;
}

const hourMs = 60 * 60_000;

export function evolveLimit(
  state: LimitState,
  event: LimitEvent | ErasedEvent,
  meta: { readonly at: number },
): LimitState {
  if (event.type !== 'RunCounted' && event.type !== 'RunOver') return state;
  const { type, operation } = event;
  if (type === 'RunOver') {
    return state.map((run) => (run.operation === operation ? { ...run, over: true } : run));
  }
  const kept = state.filter(({ at, over }) => !over || at > meta.at - hourMs);
  return [...kept, { operation, at: meta.at, over: false }];
}

/** Those that hold for an operation: of the rule it was planned under, and of the one that decides now. */
export function limitsOf(
  { rule }: Pick<OperationState, 'rule'>,
  now?: Verdict,
): readonly RuleLimit[] {
  const both = [...(rule?.limits ?? []), ...((now?.allowed && now.rule.limits) || [])];
  return [...new Map(both.map((limit) => [limit.rule, limit])).values()];
}

/** Why no further one may begin, and from when by itself one may; undefined when it may. */
export interface Full {
  readonly problem: Problem;
  /** Milliseconds since 1970; absent where the end of another operation decides. */
  readonly freeAt?: number;
}

export function fullOf(
  limits: readonly RuleLimit[],
  { at, runs }: { readonly at: number; readonly runs: (rule: string) => LimitState },
): Full | undefined {
  for (const { rule, where, perHour, concurrent } of limits) {
    const begun = runs(rule);
    const under = begun.filter(({ over }) => !over);
    if (concurrent !== undefined && under.length >= concurrent) {
      const operations = under.map(({ operation }) => operation).join(', ');
      return { problem: problem('QUOTA_CONCURRENT', { rule: where, max: concurrent, operations }) };
    }
    if (perHour === undefined) continue;
    const last = begun.filter((run) => run.at > at - hourMs).at(-perHour);
    if (last === undefined) continue;
    const freeAt = last.at + hourMs;
    const free = new Date(freeAt).toISOString();
    return { problem: problem('QUOTA_PER_HOUR', { rule: where, max: perHour, free }), freeAt };
  }
  return undefined;
}

/** What to append to the limits' streams beside an operation's own events. `unknown` is no end: a write may still land. */
export function limitWrites(
  { before, after }: { readonly before: OperationState; readonly after: OperationState },
  limits: readonly RuleLimit[],
  held: ReadonlyMap<string, { readonly state: LimitState }>,
): readonly { readonly rule: string; readonly events: readonly LimitEvent[] }[] {
  const operation = after.id;
  if (before.startedAt === undefined) {
    // A plan was let through by what was read there, and adds nothing.
    const begins = after.startedAt !== undefined;
    return limits.map(({ rule }) => ({
      rule,
      events: begins ? [{ type: 'RunCounted', v: 1, operation }] : [],
    }));
  }
  if (terminal.has(before.status) || !terminal.has(after.status)) return [];
  const isCounted = (run: Run) => run.operation === operation && !run.over;
  return [...held]
    .filter(([, { state }]) => state.some(isCounted))
    .map(([rule]) => ({ rule, events: [{ type: 'RunOver', v: 1, operation }] }));
}
