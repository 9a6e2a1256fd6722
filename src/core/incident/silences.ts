import type { Labels } from '../alert/alert.ts';
import { severityOf } from '../alert/severity.ts';
import { type Facts, type Problem, problem } from '../problem.ts';
import type {
  IncidentEvent,
  RequestRefused,
  SilenceAsked,
  SilenceEndAsked,
  SilenceEnded,
  SilenceFailed,
  SilenceMade,
} from './event.ts';
import type { Incident, IncidentState } from './incident.ts';
import type { AskSilence, AskUnsilence, RecordSilence } from './intent.ts';

/** A silence at the source that was asked for in the incident. */
export interface SilenceState {
  /** Ours; the source's own name for it is `ref`. */
  readonly silence: string;
  readonly status: 'asked' | 'made' | 'failed' | 'ending' | 'ended';
  readonly ref: string;
  readonly matchers: Labels;
  readonly person: string;
  readonly surface: string;
  readonly reason: string;
  readonly askedAt: number;
  /** ms; the source forgets it by itself then. */
  readonly until: number;
  /** Why the last deed failed. */
  readonly code: string;
}

export const SILENCE_MIN_MS = 60_000;
export const SILENCE_MAX_MS = 24 * 3_600_000;
/** One that hides more has to be made at the source, by somebody who looks at what it hides. */
export const SILENCE_HIDES_MAX = 10;
/** Of a long night the last ones are kept at hand. */
const KEPT_MAX = 10;
const REASON_MAX = 500;

type Decided = readonly IncidentEvent[];

export function askSilence(intent: AskSilence, state: IncidentState): Decided {
  const { by, at, silence, durationMs, matchers, hides } = intent;
  const refuse = refusing(by, 'silence');
  if (state.status === 'none') return refuse('INCIDENT_UNKNOWN');
  const live = liveSilence(state, at);
  // Asked before: it has had its turn, whatever became of it.
  if (state.silences.some((each) => each.silence === silence)) return [];
  if (live) return refuse('SILENCED_ALREADY', { person: live.person });
  if (state.opened.origin !== 'alerts' || !state.opened.sourceAnswers) {
    return refuse('SILENCE_NOT_OFFERED', { source: state.opened.source || 'a declared incident' });
  }
  if (state.status === 'resolved' || state.firing === 0) return refuse('NOTHING_TO_SILENCE');
  const reason = intent.reason.trim().slice(0, REASON_MAX).toWellFormed();
  if (reason === '') return refuse('SILENCE_REASON_REQUIRED');
  if (durationMs < SILENCE_MIN_MS || durationMs > SILENCE_MAX_MS) return refuse('SILENCE_TOO_LONG');
  const isNamed = matchers['alertname'] !== undefined && matchers['severity'] !== undefined;
  if (!isNamed) return refuse('SILENCE_TOO_VAGUE');
  const tooMuch = hidesTooMuch(hides);
  if (tooMuch) return refuse(tooMuch.code, tooMuch.facts);
  const who = { person: by.person, surface: by.surface };
  const until = at + durationMs;
  return [
    { type: 'SilenceAsked', v: 1, silence, ...who, matchers, reason, until, hides: hides.firing },
  ];
}

export function askUnsilence({ by, at }: AskUnsilence, state: IncidentState): Decided {
  const refuse = refusing(by, 'unsilence');
  if (state.status === 'none') return refuse('INCIDENT_UNKNOWN');
  const live = liveSilence(state, at);
  if (!live) return refuse('NOT_SILENCED');
  if (live.status === 'ending') return [];
  const who = { person: by.person, surface: by.surface };
  return [{ type: 'SilenceEndAsked', v: 1, silence: live.silence, ...who }];
}

/** What became of it at the source. Said once: a loop that looks again finds it so. */
export function recordSilence(
  { silence, became }: RecordSilence,
  state: IncidentState,
): readonly IncidentEvent[] {
  if (state.status === 'none') return [];
  const known = state.silences.find((each) => each.silence === silence);
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
    case 'ended':
      return [{ type: 'SilenceEnded', v: 1, silence, why: became.why }];
  }
}

export type SilenceEvent =
  | SilenceAsked
  | SilenceMade
  | SilenceFailed
  | SilenceEndAsked
  | SilenceEnded;

/** The silences of an incident, one event further. */
export function silencesAfter(
  silences: readonly SilenceState[],
  event: SilenceEvent,
  at: number,
): readonly SilenceState[] {
  if (event.type === 'SilenceAsked') {
    const { silence, matchers, person, surface, reason, until } = event;
    const asked = { silence, matchers, person, surface, reason, until, askedAt: at } as const;
    return [...silences.slice(1 - KEPT_MAX), { ...asked, status: 'asked', ref: '', code: '' }];
  }
  return silences.map((each) => (each.silence === event.silence ? further(each, event) : each));
}

function further(state: SilenceState, event: Exclude<SilenceEvent, SilenceAsked>): SilenceState {
  switch (event.type) {
    case 'SilenceMade':
      return { ...state, status: 'made', ref: event.ref, code: '' };
    case 'SilenceEndAsked':
      return { ...state, status: 'ending' };
    case 'SilenceEnded':
      return { ...state, status: 'ended', code: '' };
    case 'SilenceFailed':
      // One that could not be ended holds on.
      return {
        ...state,
        status: state.status === 'ending' ? 'made' : 'failed',
        code: event.problem.code,
      };
  }
}

/** The silence that holds, or is on its way; undefined when nothing asked for here is silent. */
export function liveSilence({ silences }: Incident, at: number): SilenceState | undefined {
  return silences.findLast(
    ({ status, until }) => status !== 'failed' && status !== 'ended' && at < until,
  );
}

/** Silences that somebody waits for: the loop of that name has them to make, or to end. */
export function pendingSilences({ silences }: Incident): readonly SilenceState[] {
  return silences.filter(({ status }) => status === 'asked' || status === 'ending');
}

/** Judged when it is asked for, by what we know, and again before it is made, by what the source knows. */
export function hidesTooMuch({ firing, critical }: Hides): Problem | undefined {
  if (critical > 0) return problem('SILENCE_HIDES_CRITICAL', { critical });
  const most = SILENCE_HIDES_MAX;
  return firing > most ? problem('SILENCE_HIDES_MANY', { firing, most }) : undefined;
}

/**
 * What all alerts that fire have in common: of one alert all that it has. A severity that none of them names is one of
 * its labels too (empty, as sources match it): what is critical later must not fall under the silence of what is not.
 */
export function commonLabels(incident: Incident): Labels {
  let common: readonly (readonly [string, string])[] | undefined;
  for (const { status, labels } of incident.alerts.values()) {
    if (status !== 'firing') continue;
    common = common
      ? common.filter(([name, value]) => labels[name] === value)
      : Object.entries(labels);
  }
  const isUnnamed = common !== undefined && !namesSeverity(incident);
  return { ...Object.fromEntries(common ?? []), ...(isUnnamed ? { severity: '' } : {}) };
}

function namesSeverity({ alerts }: Incident): boolean {
  for (const { status, labels } of alerts.values()) {
    if (status === 'firing' && (labels['severity'] ?? '') !== '') return true;
  }
  return false;
}

export interface Hides {
  readonly firing: number;
  readonly critical: number;
}

/** How many alerts a silence would hide now, of all that its source has told us. */
export function hiddenBy(matchers: Labels, source: string, open: readonly Incident[]): Hides {
  const alerts = open
    .filter(({ opened }) => opened.source === source)
    .flatMap((incident) => [...incident.alerts.values()])
    .filter(({ status, muted }) => status === 'firing' && muted === undefined);
  return hiddenOf(matchers, alerts);
}

/** The same of alerts that fire, wherever they are known from. */
export function hiddenOf(matchers: Labels, firing: readonly { readonly labels: Labels }[]): Hides {
  const wanted = Object.entries(matchers);
  const hidden = firing.filter(({ labels }) =>
    wanted.every(([name, value]) => (labels[name] ?? '') === value),
  );
  const critical = hidden.filter(({ labels }) => severityOf(labels).severity === 'critical');
  return { firing: hidden.length, critical: critical.length };
}

function refusing(
  { person, surface }: AskSilence['by'],
  what: string,
): (code: string, facts?: Facts) => readonly [RequestRefused] {
  return (code, facts = {}) => [
    { type: 'RequestRefused', v: 1, person, surface, what, problem: problem(code, facts) },
  ];
}
