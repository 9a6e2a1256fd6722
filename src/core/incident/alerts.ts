import { rank, SEVERITIES, type Severity, severityOf } from '../alert/severity.ts';
import type { AlertsFired, AlertsResolved, FiredAlert, SilencesSeen } from './event.ts';
import type { AlertState, Incident, IncidentMeta } from './incident.ts';
import { nameOfAlert } from './part.ts';

/** The alerts of an incident, one event further. Each costs the same whatever the incident holds. */
export function alertsFired(state: Incident, event: AlertsFired, meta: IncidentMeta): Incident {
  const firingByRank = [...state.firingByRank];
  const { source } = event;
  let { firing, flaps, silenced, unknownSeverity } = state;
  let worstNew: Severity = 'none';
  for (const fired of event.alerts) {
    const name = nameOfAlert(fired.fingerprint, source);
    const before = state.alerts.get(name);
    if (before?.status === 'firing') {
      firing -= 1;
      silenced -= before.muted ? 1 : 0;
      count(firingByRank, before.severity, -1);
    }
    if (before) flaps += 1;
    const read = severityOf(fired.labels);
    unknownSeverity = read.unknownWord ?? unknownSeverity;
    if (!before && rank(read.severity) < rank(worstNew)) worstNew = read.severity;
    const alert = firingAlert(fired, read.severity, { before, at: meta.at });
    const told = source === undefined ? alert : { ...alert, source };
    const from = event.from === undefined ? before?.from : [event.from];
    state.alerts.set(name, from === undefined ? told : { ...told, from });
    count(firingByRank, read.severity, 1);
    firing += 1;
  }
  const observedSeverity = highest(firingByRank) ?? state.observedSeverity;
  const peak = rank(observedSeverity) < rank(state.peak) ? observedSeverity : state.peak;
  const counted = { firing, firingByRank, flaps, silenced, observedSeverity, peak };
  const after = { ...state, ...counted, unknownSeverity, heardAt: meta.at };
  return isOfMany(state) ? outweighed(after, worstNew) : after;
}

/** Alerts of several groups or sources are in it, by a rule or by a person. */
function isOfMany({ opened, parts }: Incident): boolean {
  return opened.rule !== undefined || parts.length > 0;
}

/** What a person said of one thing is not said of a worse one that came to it since. */
export function outweighed(state: Incident, worst: Severity): Incident {
  const { setSeverity } = state;
  if (setSeverity === undefined || rank(worst) >= rank(setSeverity)) return state;
  return { ...state, setSeverity: undefined, severityBy: [] };
}

function firingAlert(
  fired: FiredAlert,
  severityRead: Severity,
  { before, at }: { readonly before: AlertState | undefined; readonly at: number },
): AlertState {
  return {
    fingerprint: fired.fingerprint,
    status: 'firing',
    startsAt: fired.startsAt,
    changedAt: at,
    endsAt: undefined,
    endedBecause: undefined,
    labels: fired.labels,
    annotations: fired.annotations,
    generatorUrl: fired.generatorUrl,
    severity: severityRead,
    flaps: before ? before.flaps + 1 : 0,
    muted: undefined,
    silencedBy: [],
  };
}

export function alertsResolved(
  state: Incident,
  event: AlertsResolved,
  meta: IncidentMeta,
): Incident {
  const firingByRank = [...state.firingByRank];
  let { firing, silenced } = state;
  for (const { fingerprint, endsAt } of event.alerts) {
    const name = nameOfAlert(fingerprint, event.source);
    const before = state.alerts.get(name);
    if (before?.status !== 'firing') continue;
    firing -= 1;
    silenced -= before.muted ? 1 : 0;
    count(firingByRank, before.severity, -1);
    const ended = { endsAt, endedBecause: event.why, changedAt: meta.at };
    const quiet = { muted: undefined, silencedBy: [] };
    state.alerts.set(name, { ...before, ...ended, ...quiet, status: 'resolved' });
  }
  const observedSeverity = highest(firingByRank) ?? state.observedSeverity;
  const heardAt = event.why === 'source' ? meta.at : state.heardAt;
  return { ...state, firing, firingByRank, silenced, observedSeverity, heardAt };
}

export function silencesSeen(state: Incident, event: SilencesSeen): Incident {
  let silenced = state.silenced;
  for (const seen of event.alerts) {
    const name = nameOfAlert(seen.fingerprint, event.source);
    const before = state.alerts.get(name);
    if (before?.status !== 'firing') continue;
    const muted = seen.state === 'firing' ? undefined : seen.state;
    silenced += (muted ? 1 : 0) - (before.muted ? 1 : 0);
    state.alerts.set(name, { ...before, muted, silencedBy: seen.silencedBy });
  }
  return { ...state, silenced };
}

function count(firingByRank: number[], which: Severity, by: 1 | -1): void {
  const index = rank(which);
  firingByRank[index] = (firingByRank[index] ?? 0) + by;
}

export function highest(firingByRank: readonly number[]): Severity | undefined {
  return SEVERITIES[firingByRank.findIndex((many) => many > 0)];
}
