import type { SourceAlert } from '../ports/alert-source.ts';
import { othersPage } from './agreement.ts';
import type { IncidentEvent, SilencedAlert } from './event.ts';
import type { AlertState, Incident, IncidentState } from './incident.ts';
import type { CompareWithSource } from './intent.ts';
import { isDeclared } from './moved.ts';
import { cutOff, furtherSource, nameOfAlert, unreachableOf } from './part.ts';
import { inPieces } from './pieces.ts';
import { resolvedByItself } from './receive.ts';

/** What a source said when it was asked, made ready for many incidents. */
export interface SourceAnswer {
  readonly askedAt: number;
  /** The source listens only since then: what it does not name may not have been told it yet. */
  readonly isYoung: boolean;
  readonly alerts: ReadonlyMap<string, SourceAlert>;
}

/** What that answer says of one incident. */
export interface Concerning {
  readonly askedAt: number;
  readonly isYoung: boolean;
  /** Alerts of the incident that the source knows. */
  readonly alerts: readonly SourceAlert[];
  /** Alerts of its group that the source holds and no incident does: the ones that were cut off. */
  readonly alsoFiring: number;
}

/** An alert told by webhook this shortly before the question may be missing from another replica's answer. */
export const ANSWER_LAG_MS = 60_000;

/** An end told this shortly before the question may not have reached the replica that answers. */
export const END_LAG_MS = 10_000;

/**
 * Alertmanager forgets its alerts with its process, and Prometheus sends those that fire again once a minute
 * (`--rules.alert.resend-delay`), after an evaluation that may be a minute away too. Twice that, for slower rules.
 * https://prometheus.io/docs/prometheus/latest/command-line/prometheus/
 */
export const YOUNG_MS = 4 * 60_000;

export function sourceAnswer(
  alerts: readonly SourceAlert[],
  askedAt: number,
  upSince?: number,
): SourceAnswer {
  const isYoung = upSince !== undefined && askedAt - upSince < YOUNG_MS;
  return { askedAt, isYoung, alerts: new Map(alerts.map((alert) => [alert.fingerprint, alert])) };
}

/** Only an incident with alerts cut off looks at alerts that are not its own. */
export function concerning(
  state: Incident,
  answer: SourceAnswer,
  { source, isHeld }: Asked,
): Concerning {
  const alerts: SourceAlert[] = [];
  const further = furtherSource(state, source);
  for (const { fingerprint, source: from } of state.alerts.values()) {
    if (from !== further) continue;
    const found = answer.alerts.get(fingerprint);
    // What fires in another incident by now does not bring back the one that ended.
    const isElsewhere = state.status === 'resolved' && isHeld(fingerprint);
    if (found && !isElsewhere) alerts.push(found);
  }
  const { askedAt, isYoung } = answer;
  const alsoFiring = othersOfGroup(state, answer, { source, isHeld });
  return { askedAt, isYoung, alerts, alsoFiring };
}

interface Asked {
  readonly source: string;
  /** Whether an open incident holds an alert of that source. */
  readonly isHeld: (fingerprint: string) => boolean;
}

/**
 * Whether an incident is worth comparing: an open one, and one that its alerts closed, because a firing that was taken
 * for a late copy may have been none. What a person closed waits for the next delivery.
 */
export function isComparable(state: IncidentState): state is Incident {
  if (state.status === 'none' || state.merged || !isOfAlerts(state)) return false;
  return state.status === 'open' || state.resolved?.how !== 'person';
}

/** A source was the first to speak of it, or came to it since. */
function isOfAlerts({ opened, further }: Incident): boolean {
  return opened.origin === 'alerts' || Object.keys(further).length > 0;
}

/** Brings an incident in line with its source. */
export function compareWithSource(
  { at, answer, ...intent }: CompareWithSource,
  state: IncidentState,
): readonly IncidentEvent[] {
  if (!isComparable(state)) return [];
  const source = intent.source ?? state.opened.source;
  const further = furtherSource(state, source);
  const from = further === undefined ? {} : { source: further };
  if (!answer.ok) {
    const isNews = state.status === 'open' && !unreachableOf(state, source);
    const { problem } = answer;
    return isNews ? [{ type: 'SourceUnreachable', v: 1, ...from, problem }] : [];
  }
  const fired = answer.alerts.filter((alert) =>
    firesAgain(knownOf(state, alert.fingerprint, from), answer.askedAt),
  );
  const comparison = { at, answer, fired, from };
  if (state.status === 'open')
    return [...reachable(state, source, from), ...differences(comparison, state)];
  if (fired.length === 0) return [];
  return [
    { type: 'IncidentReopened', v: 1, why: 'firing-again' },
    ...reachable(state, source, from),
    ...firedAlerts(fired, from),
    ...mutings(fired, state, comparison),
  ];
}

/** The source as events name it: not at all where it is the incident's own. */
interface From {
  readonly source?: string;
}

interface Comparison {
  readonly at: number;
  readonly answer: Concerning;
  /** Alerts that we held for ended. */
  readonly fired: readonly SourceAlert[];
  readonly from: From;
}

function knownOf(
  { alerts }: Incident,
  fingerprint: string,
  { source }: From,
): AlertState | undefined {
  return alerts.get(nameOfAlert(fingerprint, source));
}

function differences(comparison: Comparison, state: Incident): readonly IncidentEvent[] {
  const { at, answer, fired, from } = comparison;
  const events: IncidentEvent[] = [];
  const known = new Map(answer.alerts.map((alert) => [alert.fingerprint, alert]));
  const gone = [...state.alerts.values()].filter(
    (alert) =>
      alert.source === from.source && !answer.isYoung && isGone(alert, known, answer.askedAt),
  );
  events.push(...firedAlerts(fired, from));
  for (const alerts of inPieces(gone.map(({ fingerprint }) => ({ fingerprint, endsAt: at })))) {
    const why = 'source-stopped-reporting';
    events.push({ type: 'AlertsResolved', v: 1, why, ...from, alerts });
  }
  events.push(...mutings(answer.alerts, state, comparison));
  const before = cutOf(state, from);
  const cut = cutNow(answer, before);
  if (cut !== before) events.push({ type: 'AlertsTruncated', v: 1, ...from, cut });
  const firing = state.firing + fired.length - gone.length;
  const isWhole = cutOff(state) - before + cut === 0;
  const isKept = isDeclared(state) || othersPage(state) !== undefined;
  if (firing === 0 && isWhole && state.alerts.size > 0 && !isKept) {
    events.push(resolvedByItself(gone.length > 0 ? 'source-stopped-reporting' : 'alerts'));
  }
  return events;
}

function cutNow({ alsoFiring, isYoung }: Concerning, cut: number): number {
  if (cut === 0) return 0;
  return isYoung ? Math.max(cut, alsoFiring) : alsoFiring;
}

function cutOf({ cut, further }: Incident, { source }: From): number {
  return source === undefined ? cut : (further[source]?.cut ?? 0);
}

function reachable(state: Incident, source: string, from: From): readonly IncidentEvent[] {
  return unreachableOf(state, source) ? [{ type: 'SourceReachable', v: 1, ...from }] : [];
}

/** Of what a rule put together the labels of no group say what else is of it: what nobody holds is no part of it yet. */
function othersOfGroup(state: Incident, answer: SourceAnswer, { source, isHeld }: Asked): number {
  const further = furtherSource(state, source);
  if (cutOf(state, further === undefined ? {} : { source: further }) === 0) return 0;
  if (state.opened.rule || further !== undefined) return 0;
  const group = Object.entries(state.opened.groupLabels);
  let others = 0;
  for (const alert of answer.alerts.values()) {
    if (state.alerts.has(alert.fingerprint) || isHeld(alert.fingerprint)) continue;
    if (group.every(([name, value]) => alert.labels[name] === value)) others += 1;
  }
  return others;
}

/** The source is the authority on an alert that we hold for ended, if we knew of the end well before we asked. */
function firesAgain(known: AlertState | undefined, askedAt: number): boolean {
  return known?.status === 'resolved' && known.changedAt < askedAt - END_LAG_MS;
}

function isGone(
  alert: AlertState,
  known: ReadonlyMap<string, SourceAlert>,
  askedAt: number,
): boolean {
  const isFiring = alert.status === 'firing';
  return isFiring && !known.has(alert.fingerprint) && alert.changedAt < askedAt - ANSWER_LAG_MS;
}

/** What is muted otherwise than we know; an alert that fires again begins unmuted. */
function mutings(
  alerts: readonly SourceAlert[],
  state: Incident,
  { fired, from }: Pick<Comparison, 'fired' | 'from'>,
): readonly IncidentEvent[] {
  const refired = new Set(fired);
  const changed = alerts.flatMap((alert): readonly SilencedAlert[] => {
    const known = knownOf(state, alert.fingerprint, from);
    const isNew = refired.has(alert);
    if (!isNew && known?.status !== 'firing') return [];
    const muted = isNew ? undefined : known?.muted;
    const silencedBy = isNew ? [] : (known?.silencedBy ?? []);
    const isSame =
      (muted ?? 'firing') === alert.state && silencedBy.join() === alert.silencedBy.join();
    const { fingerprint, state: now } = alert;
    return isSame ? [] : [{ fingerprint, state: now, silencedBy: alert.silencedBy }];
  });
  return inPieces(changed).map((piece) => ({ type: 'SilencesSeen', v: 1, ...from, alerts: piece }));
}

function firedAlerts(alerts: readonly SourceAlert[], from: From): readonly IncidentEvent[] {
  const fired = alerts.map(({ fingerprint, startsAt, labels, annotations, generatorUrl }) => {
    return { fingerprint, startsAt, labels, annotations, generatorUrl };
  });
  return inPieces(fired).map((piece) => ({ type: 'AlertsFired', v: 1, ...from, alerts: piece }));
}
