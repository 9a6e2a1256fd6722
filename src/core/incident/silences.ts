import { type Matcher, sameMatchers, saysWhat } from '../alert/matcher.ts';
import { type Facts, problem } from '../problem.ts';
import type { IncidentEvent, RequestRefused } from './event.ts';
import { dangerOf } from './hides.ts';
import type { Incident, IncidentState } from './incident.ts';
import type { AskSilence, AskUnsilence, RecordSilence } from './intent.ts';
import type { SilenceAsked, SilenceEvent } from './silence-event.ts';

/** A silence at the source that was asked for in the incident. */
export interface SilenceState extends SilenceTerms {
  /** Ours; the source's own name for it is `ref`. */
  readonly silence: string;
  /** Where it is, when it came with an incident that was merged into this one: that one's source. */
  readonly source?: string;
  /** The incidents that it came from, the one it was asked in first; absent where it was asked here. */
  readonly from?: readonly string[];
  /** `asked`: to be made, or where it has a `ref`, to be changed. */
  readonly status: 'asked' | 'made' | 'failed' | 'ending' | 'ended';
  readonly ref: string;
  readonly surface: string;
  readonly askedAt: number;
  /** When it was made, or made so; 0 while it is not. */
  readonly madeAt: number;
  /** The end that somebody was warned of; 0 for none. */
  readonly warnedOf: number;
  /** What holds at the source while a change is on its way. */
  readonly before?: SilenceTerms;
  /** Why the last deed failed. */
  readonly code: string;
}

export interface SilenceTerms {
  readonly matchers: readonly Matcher[];
  readonly person: string;
  readonly reason: string;
  /** ms; the source forgets it by itself then. */
  readonly until: number;
  /** The approved operation that made it so; '' where none was needed. */
  readonly operation: string;
}

export const SILENCE_MIN_MS = 60_000;
/** Whatever a rule says. */
export const SILENCE_MAX_MS = 7 * 24 * 3_600_000;
/** Ends this near to each other are the same: two people pressed one button. */
const SAME_END_MS = 60_000;
/** Of a long night the last ones are kept at hand. */
const KEPT_MAX = 10;
const REASON_MAX = 500;

type Decided = readonly IncidentEvent[];

/** Whether one can be asked for here at all, whatever it would hide; undefined where it can. */
export function silenceObjection(
  state: Incident,
  {
    at,
    reason,
    durationMs,
    matchers,
  }: Pick<AskSilence, 'at' | 'reason' | 'durationMs' | 'matchers'>,
): ReturnType<typeof problem> | undefined {
  const live = liveSilence(state, at);
  if (live && live.status !== 'made') {
    return problem('SILENCE_UNDER_WAY', { person: live.person });
  }
  if (state.opened.origin !== 'alerts' || !state.opened.sourceAnswers) {
    const source = state.opened.source || 'a declared incident';
    return problem('SILENCE_NOT_OFFERED', { source });
  }
  if (state.status === 'resolved' || state.firing === 0) return problem('NOTHING_TO_SILENCE');
  if (reasonOf(reason) === '') return problem('SILENCE_REASON_REQUIRED');
  if (durationMs < SILENCE_MIN_MS || durationMs > SILENCE_MAX_MS) {
    return problem('SILENCE_TOO_LONG');
  }
  return saysWhat(matchers) ? undefined : problem('SILENCE_MATCHES_ALL');
}

/** To make one, or to change the one that stands: one at a time is kept for an incident. */
export function askSilence(intent: AskSilence, state: IncidentState): Decided {
  const { by, at, durationMs, matchers, hides } = intent;
  const refuse = refusing(by, 'silence');
  if (state.status === 'none') return refuse('INCIDENT_UNKNOWN');
  // Asked before: it has had its turn, whatever became of it.
  if (state.silences.some((each) => each.silence === intent.silence)) return [];
  const because = silenceObjection(state, intent) ?? dangerOf(matchers, hides);
  if (because) return refuse(because.code, because.facts);
  const live = liveSilence(state, at);
  const until = at + durationMs;
  if (live && isSo(live, { matchers, until })) return [];
  const who = { person: by.person, surface: by.surface };
  const silence = live?.silence ?? intent.silence;
  const reason = reasonOf(intent.reason);
  return [
    { type: 'SilenceAsked', v: 1, silence, ...who, matchers, reason, until, hides: hides.firing },
  ];
}

function isSo(live: SilenceState, wanted: Pick<SilenceTerms, 'matchers' | 'until'>): boolean {
  const isNear = Math.abs(live.until - wanted.until) < SAME_END_MS;
  return isNear && sameMatchers(live.matchers, wanted.matchers);
}

export function reasonOf(text: string): string {
  return text.trim().slice(0, REASON_MAX).toWellFormed();
}

export function askUnsilence({ by, at }: AskUnsilence, state: IncidentState): Decided {
  const refuse = refusing(by, 'unsilence');
  if (state.status === 'none') return refuse('INCIDENT_UNKNOWN');
  const live = state.silences.filter((each) => isLive(each, at));
  if (live.length === 0) return refuse('NOT_SILENCED');
  const who = { person: by.person, surface: by.surface };
  return live
    .filter(({ status }) => status !== 'ending')
    .map(({ silence }) => ({ type: 'SilenceEndAsked', v: 1, silence, ...who }));
}

/** What became of it at the source. Said once: a loop that looks again finds it so. */
export function recordSilence(
  { silence, became }: RecordSilence,
  state: IncidentState,
): readonly IncidentEvent[] {
  if (state.status === 'none') return [];
  const known = state.silences.find((each) => each.silence === silence);
  if (became.kind === 'made-by-operation') return adopted(silence, became, known);
  if (!known || known.status === 'failed' || known.status === 'ended') return [];
  switch (became.kind) {
    case 'made':
      return known.status === 'asked'
        ? [{ type: 'SilenceMade', v: 1, silence, ref: became.ref }]
        : [];
    case 'failed':
      return known.status === 'made'
        ? []
        : [{ type: 'SilenceFailed', v: 1, silence, problem: became.problem }];
    case 'ending':
      return isWarned(known) ? [] : [{ type: 'SilenceEnding', v: 1, silence, until: known.until }];
    case 'ended':
      return [{ type: 'SilenceEnded', v: 1, silence, why: became.why }];
  }
}

/** A dangerous one was made by its operation: from now on it is looked after like the others. */
function adopted(
  silence: string,
  {
    kind: _,
    ref,
    ...made
  }: Extract<RecordSilence['became'], { readonly kind: 'made-by-operation' }>,
  known: SilenceState | undefined,
): readonly IncidentEvent[] {
  if (known?.operation === made.operation || known?.before?.operation === made.operation) return [];
  return [
    { type: 'SilenceAsked', v: 1, silence, ...made },
    { type: 'SilenceMade', v: 1, silence, ref },
  ];
}

/** The silences of an incident, one event further. */
export function silencesAfter(
  silences: readonly SilenceState[],
  event: SilenceEvent,
  at: number,
): readonly SilenceState[] {
  if (event.type === 'SilenceAsked') {
    const known = silences.find(({ silence }) => silence === event.silence);
    const state = askedState(event, at, known);
    return known
      ? silences.map((each) => (each === known ? state : each))
      : [...carriedOf(silences), ...ownOf(silences).slice(1 - KEPT_MAX), state];
  }
  return silences.map((each) => (each.silence === event.silence ? further(each, event, at) : each));
}

function askedState(
  { silence, matchers, person, surface, reason, until, operation = '' }: SilenceAsked,
  askedAt: number,
  known: SilenceState | undefined,
): SilenceState {
  const wanted = { silence, matchers, person, surface, reason, until, operation, askedAt };
  const stands = known?.status === 'made' ? termsOf(known) : undefined;
  const ref = known?.ref ?? '';
  const { madeAt = 0, warnedOf = 0 } = known ?? {};
  const times = { madeAt, warnedOf };
  const whence = known?.from && { from: known.from, ...(known.source && { source: known.source }) };
  const before = stands && { before: stands };
  return { ...wanted, ...whence, ...times, status: 'asked', ref, ...before, code: '' };
}

function termsOf({ matchers, person, reason, until, operation }: SilenceState): SilenceTerms {
  return { matchers, person, reason, until, operation };
}

function further(
  state: SilenceState,
  event: Exclude<SilenceEvent, SilenceAsked>,
  at: number,
): SilenceState {
  const { before, ...wanted } = state;
  switch (event.type) {
    case 'SilenceMade':
      return {
        ...wanted,
        status: 'made',
        ref: event.ref,
        madeAt: at,
        until: event.until ?? wanted.until,
        matchers: event.matchers ?? wanted.matchers,
        code: '',
      };
    case 'SilenceEnding':
      return { ...state, warnedOf: event.until };
    case 'SilenceMissed':
      return { ...wanted, status: 'asked', ref: '', askedAt: at };
    case 'SilenceEndAsked':
      return { ...state, status: 'ending' };
    case 'SilenceEnded':
      return { ...wanted, status: 'ended', code: '' };
    case 'SilenceFailed': {
      // One that could not be ended or changed holds on as it was.
      const status = state.status === 'ending' || before ? 'made' : 'failed';
      return { ...wanted, ...before, status, code: event.problem.code };
    }
  }
}

/** The silence that holds, or is on its way; undefined when nothing asked for here is silent. One that came with another incident is that one's. */
export function liveSilence({ silences }: Incident, at: number): SilenceState | undefined {
  return ownOf(silences).findLast((each) => isLive(each, at));
}

/** Those that were asked for here, oldest first. */
export function ownOf(silences: readonly SilenceState[]): readonly SilenceState[] {
  return silences.filter(({ from }) => from === undefined);
}

function carriedOf(silences: readonly SilenceState[]): readonly SilenceState[] {
  return silences.filter(({ from }) => from !== undefined);
}

/** Those that hold or are on their way, as an incident that takes this one in looks after them. */
export function carriedFrom({ opened, silences }: Incident, at: number): readonly SilenceState[] {
  return silences
    .filter((each) => isLive(each, at))
    .map((each) => ({
      ...each,
      source: each.source ?? opened.source,
      from: [...(each.from ?? []), opened.incident],
    }));
}

/** Those that came from an incident that goes its own way again, as they are that one's. */
export function returnedTo(
  incident: string,
  { silences }: Pick<Incident, 'silences'>,
): readonly SilenceState[] {
  return silences
    .filter(({ from }) => from?.at(-1) === incident)
    .map(({ from = [], source, ...rest }) => {
      const before = from.slice(0, -1);
      return before.length === 0
        ? rest
        : { ...rest, from: before, ...(source !== undefined && { source }) };
    });
}

/** Where it is: the source of the incident, but for one that came with another. */
export function sourceOfSilence({ opened }: Incident, { source }: SilenceState): string {
  return source ?? opened.source;
}

function isLive({ status, until, before }: SilenceState, at: number): boolean {
  return status !== 'failed' && status !== 'ended' && at < Math.max(until, before?.until ?? 0);
}

/** How long before its end somebody is told: never before three quarters of it are over. */
export function warnedAt({ askedAt, until }: SilenceState, warnMs: number): number {
  return until - Math.min(warnMs, (until - askedAt) / 4);
}

export function isWarned({ status, until, warnedOf }: SilenceState): boolean {
  return status !== 'made' || warnedOf === until;
}

/** Silences that somebody waits for: the loop of that name has them to make, or to end. */
export function pendingSilences({ silences }: Incident): readonly SilenceState[] {
  return silences.filter(({ status }) => status === 'asked' || status === 'ending');
}

function refusing(
  { person, surface }: AskSilence['by'],
  what: string,
): (code: string, facts?: Facts) => readonly [RequestRefused] {
  return (code, facts = {}) => [
    { type: 'RequestRefused', v: 1, person, surface, what, problem: problem(code, facts) },
  ];
}
