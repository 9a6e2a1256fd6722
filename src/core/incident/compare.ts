import type { SourceAlert } from '../ports/alert-source.ts';
import type { FiredAlert, IncidentEvent, SilencedAlert } from './event.ts';
import type { AlertState, Incident, IncidentState } from './incident.ts';
import type { CompareWithSource } from './intent.ts';
import { resolvedByItself } from './receive.ts';

/** What a source said when it was asked, made ready for many incidents. */
export interface SourceAnswer {
  readonly askedAt: number;
  readonly alerts: ReadonlyMap<string, SourceAlert>;
}

/** What that answer says of one incident. */
export interface Concerning {
  readonly askedAt: number;
  /** Alerts of the incident that the source knows. */
  readonly alerts: readonly SourceAlert[];
  /** Alerts of its group that the source holds and no incident does: the ones that were cut off. */
  readonly alsoFiring: number;
}

/** An alert told by webhook this shortly before the question may be missing from another replica's answer. */
export const ANSWER_LAG_MS = 60_000;

export function sourceAnswer(alerts: readonly SourceAlert[], askedAt: number): SourceAnswer {
  return { askedAt, alerts: new Map(alerts.map((alert) => [alert.fingerprint, alert])) };
}

/** Only an incident with alerts cut off looks at alerts that are not its own. */
export function concerning(
  state: Incident,
  answer: SourceAnswer,
  isHeld: (fingerprint: string) => boolean,
): Concerning {
  const alerts: SourceAlert[] = [];
  for (const fingerprint of state.alerts.keys()) {
    const found = answer.alerts.get(fingerprint);
    if (found) alerts.push(found);
  }
  return { askedAt: answer.askedAt, alerts, alsoFiring: othersOfGroup(state, answer, isHeld) };
}

/** Brings an open incident in line with its source. A closed one is left alone: the next delivery speaks for it. */
export function compareWithSource(
  { at, answer }: CompareWithSource,
  state: IncidentState,
): readonly IncidentEvent[] {
  if (state.status !== 'open' || state.opened.origin !== 'alerts') return [];
  if (!answer.ok) {
    return state.unreachable ? [] : [{ type: 'SourceUnreachable', v: 1, problem: answer.problem }];
  }
  const events: IncidentEvent[] = [];
  if (state.unreachable) events.push({ type: 'SourceReachable', v: 1 });
  const known = new Map(answer.alerts.map((alert) => [alert.fingerprint, alert]));
  const fired = answer.alerts.filter((alert) => firesAgain(alert, state, answer.askedAt));
  const gone = [...state.alerts.values()].filter((alert) => isGone(alert, known, answer.askedAt));
  const muted = answer.alerts.flatMap((alert) => muting(alert, state));
  if (fired.length > 0) events.push({ type: 'AlertsFired', v: 1, alerts: fired.map(firedAlert) });
  if (gone.length > 0) {
    const alerts = gone.map(({ fingerprint }) => ({ fingerprint, endsAt: at }));
    events.push({ type: 'AlertsResolved', v: 1, why: 'source-stopped-reporting', alerts });
  }
  if (muted.length > 0) events.push({ type: 'SilencesSeen', v: 1, alerts: muted });
  const cut = state.cut === 0 ? 0 : answer.alsoFiring;
  if (cut !== state.cut) events.push({ type: 'AlertsTruncated', v: 1, cut });
  const firing = state.firing + fired.length - gone.length;
  if (firing === 0 && cut === 0 && state.alerts.size > 0) {
    events.push(resolvedByItself(gone.length > 0 ? 'source-stopped-reporting' : 'alerts'));
  }
  return events;
}

function othersOfGroup(
  state: Incident,
  answer: SourceAnswer,
  isHeld: (fingerprint: string) => boolean,
): number {
  if (state.cut === 0) return 0;
  const group = Object.entries(state.opened.groupLabels);
  let others = 0;
  for (const alert of answer.alerts.values()) {
    if (state.alerts.has(alert.fingerprint) || isHeld(alert.fingerprint)) continue;
    if (group.every(([name, value]) => alert.labels[name] === value)) others += 1;
  }
  return others;
}

/** The source is the authority on an alert that we hold for ended, if we knew of the end before we asked. */
function firesAgain(alert: SourceAlert, state: Incident, askedAt: number): boolean {
  const known = state.alerts.get(alert.fingerprint);
  return known?.status === 'resolved' && known.changedAt < askedAt;
}

function isGone(
  alert: AlertState,
  known: ReadonlyMap<string, SourceAlert>,
  askedAt: number,
): boolean {
  const isFiring = alert.status === 'firing';
  return isFiring && !known.has(alert.fingerprint) && alert.changedAt < askedAt - ANSWER_LAG_MS;
}

function muting(alert: SourceAlert, state: Incident): readonly SilencedAlert[] {
  const known = state.alerts.get(alert.fingerprint);
  if (known?.status !== 'firing') return [];
  const isSame =
    (known.muted ?? 'firing') === alert.state &&
    known.silencedBy.join() === alert.silencedBy.join();
  const { fingerprint, state: now, silencedBy } = alert;
  return isSame ? [] : [{ fingerprint, state: now, silencedBy }];
}

function firedAlert(alert: SourceAlert): FiredAlert {
  const { fingerprint, startsAt, labels, annotations, generatorUrl } = alert;
  return { fingerprint, startsAt, labels, annotations, generatorUrl };
}
