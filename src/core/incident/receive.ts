import { alertName, type Observation } from '../alert/alert.ts';
import { rank, type Severity, severityOf } from '../alert/severity.ts';
import { othersPage } from './agreement.ts';
import type { AlertsResolved, FiredAlert, IncidentEvent, IncidentOpened } from './event.ts';
import type { AlertState, Incident, IncidentState } from './incident.ts';
import type { Correlated, ReceiveAlerts, ReceiveUnreadable } from './intent.ts';
import { isDeclared } from './moved.ts';
import {
  canBeAsked,
  cutOff,
  furtherSource,
  isKnownPart,
  nameOfAlert,
  type PartJoined,
  partOf,
} from './part.ts';
import { inPieces } from './pieces.ts';

export interface Received {
  readonly events: readonly IncidentEvent[];
  /** Something could not be believed from the delivery alone: ask the source what fires there, soon. */
  readonly askSource: boolean;
}

/**
 * A firing that names an episode already seen to end is a late copy (the other half of an HA pair, a retry), unless it
 * comes later than any copy can: Alertmanager retries a notification within one group interval, 5 min by default.
 * https://prometheus.io/docs/alerting/latest/configuration/#route
 */
export const LATE_COPY_MS = 5 * 60_000;

/** A source that cannot be asked is noted as heard at most this often. */
export const HEARD_EVERY_MS = 60 * 60_000;

/** Takes every alert by its own status; the status of the body and the order of deliveries mean nothing. */
export function receive(intent: ReceiveAlerts, state: IncidentState): Received {
  const turn = newTurn(intent, state);
  for (const observation of intent.observations) {
    if (observation.status === 'firing') fire(turn, observation);
    else resolve(turn, observation);
  }
  flush(turn);
  if (turn.events.length === 0 && state.status === 'none') return { events: [], askSource: false };
  const events = [...preamble(turn, intent, state), ...turn.events, ...ending(turn, intent, state)];
  const askSource = turn.doubt || intent.truncated > 0;
  return { events: events.length > 0 ? events : heard(intent, state), askSource };
}

/** Bodies of which something could not be read. The same complaint is recorded at most once a minute. */
export function receiveUnreadable(
  intent: ReceiveUnreadable,
  state: IncidentState,
): readonly IncidentEvent[] {
  const { count, reasons, blob } = intent;
  const received = { type: 'UnreadableReceived', v: 1, count, reasons, blob } as const;
  if (state.status === 'none') {
    const origin = { origin: 'unreadable', title: 'TocsinUnreadableAlert' } as const;
    return [opened(intent, { ...origin, severity: 'warning' }), received];
  }
  if (state.status === 'resolved') {
    return [{ type: 'IncidentReopened', v: 1, why: 'unreadable-again' }, received];
  }
  const known = state.unreadable;
  if (known?.blobs.includes(blob)) return [];
  const nothingNew = reasons.every((reason) => known?.reasons.includes(reason));
  return known && nothingNew && intent.at - known.lastAt < SAME_COMPLAINT_MS ? [] : [received];
}

const SAME_COMPLAINT_MS = 60_000;

/** What one turn has seen so far; alerts as the turn leaves them come before those of the state. */
interface Turn {
  readonly at: number;
  /** Of further sources. */
  readonly source: string | undefined;
  /** Of an incident that was merged. */
  readonly from: string | undefined;
  readonly known: ReadonlyMap<string, AlertState>;
  readonly seen: Map<string, Seen>;
  readonly events: IncidentEvent[];
  fired: Map<string, FiredAlert>;
  resolved: Map<string, AlertsResolved['alerts'][number]>;
  firing: number;
  worst: Severity;
  /** The name of the worst. */
  title: string;
  /** A known alert was seen to fire still. */
  stillFiring: boolean;
  newFiring: boolean;
  doubt: boolean;
}

type Seen = Pick<AlertState, 'status' | 'startsAt' | 'changedAt' | 'endedBecause'>;

function newTurn(intent: ReceiveAlerts, state: IncidentState): Turn {
  const isKnown = state.status !== 'none' && state.opened.origin !== 'page';
  return {
    at: intent.at,
    source: isKnown ? furtherSource(state, intent.source) : undefined,
    from: state.status === 'none' ? undefined : fromOf(state, intent.key),
    known: state.status === 'none' ? NO_ALERTS : state.alerts,
    seen: new Map(),
    events: [],
    fired: new Map(),
    resolved: new Map(),
    firing: state.status === 'none' ? 0 : state.firing,
    worst: 'none',
    title: '',
    stillFiring: false,
    newFiring: false,
    doubt: false,
  };
}

/** The incident that was merged, where its group speaks. */
function fromOf({ took = [] }: Incident, key: string): string | undefined {
  return took.find(({ keys }) => keys.includes(key))?.incident;
}

const NO_ALERTS: ReadonlyMap<string, AlertState> = new Map();

function fire(turn: Turn, observation: Observation): void {
  const { fingerprint, startsAt } = observation;
  const known = knownOf(turn, fingerprint);
  if (known?.status === 'firing' && (startsAt === undefined || startsAt <= known.startsAt)) {
    turn.stillFiring = true;
    return;
  }
  if (known?.status === 'resolved' && isLateCopy(known, startsAt, turn.at)) {
    turn.doubt = true;
    return;
  }
  if (turn.fired.has(fingerprint) || turn.resolved.has(fingerprint)) flush(turn);
  const began = startsAt ?? turn.at;
  const { labels, annotations, generatorUrl } = observation;
  turn.fired.set(fingerprint, { fingerprint, startsAt: began, labels, annotations, generatorUrl });
  const seen = { status: 'firing', startsAt: began, changedAt: turn.at } as const;
  turn.seen.set(fingerprint, { ...seen, endedBecause: undefined });
  if (known?.status !== 'firing') turn.firing += 1;
  turn.newFiring = true;
  const read = severityOf(labels).severity;
  if (turn.title === '' || rank(read) < rank(turn.worst)) {
    turn.worst = read;
    turn.title = alertName(labels) || 'an alert without a name';
  }
}

function knownOf({ seen, known, source }: Turn, fingerprint: string): Seen | undefined {
  return seen.get(fingerprint) ?? known.get(nameOfAlert(fingerprint, source));
}

/** An end we inferred (the source fell silent) is taken back by any firing; an end the source told is not. */
function isLateCopy(known: Seen, startsAt: number | undefined, at: number): boolean {
  if (startsAt === undefined || known.endedBecause === 'source-stopped-reporting') return false;
  if (startsAt < known.startsAt) return true;
  return startsAt === known.startsAt && at - known.changedAt < LATE_COPY_MS;
}

function resolve(turn: Turn, observation: Observation): void {
  const { fingerprint, startsAt } = observation;
  const known = knownOf(turn, fingerprint);
  if (known?.status !== 'firing') return;
  if (isEndOfAnother(observation, known)) {
    turn.doubt = true;
    return;
  }
  turn.resolved.set(fingerprint, { fingerprint, endsAt: observation.endsAt ?? turn.at });
  const began = startsAt ?? known.startsAt;
  const seen = { status: 'resolved', startsAt: began, changedAt: turn.at } as const;
  turn.seen.set(fingerprint, { ...seen, endedBecause: 'source' });
  turn.firing -= 1;
}

/**
 * The end of an episode before this one, that came late. An earlier start alone does not say so: of two Prometheus
 * servers the later one to send may have begun earlier, and Alertmanager keeps the earliest start.
 * https://github.com/prometheus/alertmanager/blob/v0.25.0/types/types.go (Alert.Merge)
 */
function isEndOfAnother({ startsAt, endsAt }: Observation, known: Seen): boolean {
  const isEarlier = startsAt !== undefined && startsAt < known.startsAt;
  return isEarlier && (endsAt === undefined || endsAt <= known.startsAt);
}

/** What fires comes before what resolves: within one flush no alert is resolved first. */
function flush(turn: Turn): void {
  const from = turn.source === undefined ? {} : { source: turn.source };
  if (turn.fired.size > 0) {
    for (const alerts of inPieces([...turn.fired.values()])) {
      const of = turn.from === undefined ? from : { ...from, from: turn.from };
      turn.events.push({ type: 'AlertsFired', v: 1, ...of, alerts });
    }
    turn.fired = new Map();
  }
  if (turn.resolved.size > 0) {
    for (const alerts of inPieces([...turn.resolved.values()])) {
      turn.events.push({ type: 'AlertsResolved', v: 1, why: 'source', ...from, alerts });
    }
    turn.resolved = new Map();
  }
}

function preamble(turn: Turn, intent: ReceiveAlerts, state: IncidentState): IncidentEvent[] {
  if (state.status === 'none') {
    const { title, worst: severity } = turn;
    return [opened(intent, { origin: 'alerts', title, severity })];
  }
  const events: IncidentEvent[] = [];
  // A page and alerts of one rule have one key.
  const isNewKey = intent.key !== state.opened.key && !state.joined.includes(intent.key);
  if (isNewKey || (state.opened.origin === 'page' && turn.newFiring)) {
    events.push(joined(intent, state));
  } else if (turn.newFiring && isNewName(intent, state)) {
    events.push({ type: 'GroupJoined', v: 1, key: intent.key, dedupKey: intent.dedupKey ?? '' });
  }
  if (turn.newFiring || turn.stillFiring) events.push(...newPart(intent, state));
  if (state.status === 'resolved' && (turn.newFiring || turn.stillFiring)) {
    const why = state.firing > 0 ? 'still-firing' : 'firing-again';
    events.push({ type: 'IncidentReopened', v: 1, why });
  }
  return events;
}

/** Alerts that come to what held none so far bring their source with them. */
function joined(intent: ReceiveAlerts, { opened: known }: Incident): IncidentEvent {
  const { key, dedupKey, source, sourceAnswers, groupLabels, externalUrl } = intent;
  const { service, environment } = intent;
  const from = { source, sourceAnswers, groupLabels, externalUrl, service, environment };
  return {
    ...{ type: 'GroupJoined', v: 1, key },
    ...(dedupKey !== undefined && { dedupKey }),
    ...(known.origin === 'page' && { from, ...(intent.rule && { rule: intent.rule }) }),
  };
}

/** By a rule many groups are in it: by how many of them its source may page is bounded. */
function isNewName({ rule, dedupKey }: ReceiveAlerts, { dedupKeys }: Incident): boolean {
  if (!rule || dedupKey === undefined) return false;
  return dedupKeys.length < DEDUP_KEYS_MAX && !dedupKeys.includes(dedupKey);
}

export const DEDUP_KEYS_MAX = 100;

/** Told once for each source and each service of it; what a page alone becomes is told by `GroupJoined`. */
function newPart(intent: ReceiveAlerts, state: Incident): readonly PartJoined[] {
  const { rule } = intent;
  if (!rule || state.opened.origin === 'page' || isKnownPart(state, intent)) return [];
  return [partOf(intent, rule, 'alerts')];
}

function ending(turn: Turn, intent: ReceiveAlerts, state: IncidentState): IncidentEvent[] {
  const fires = turn.newFiring || turn.stillFiring;
  if (state.status === 'resolved' && !fires) return [];
  const events: IncidentEvent[] = [];
  const { cut, others } = cutBefore(turn, intent, state);
  if (cut.now !== cut.before) {
    const from = turn.source === undefined ? {} : { source: turn.source };
    events.push({ type: 'AlertsTruncated', v: 1, ...from, cut: cut.now });
  }
  const holdsAlerts = turn.newFiring || (state.status === 'open' && state.alerts.size > 0);
  // What is in doubt is settled by asking the source; where nobody can be asked, its own word for the end is enough.
  const canAsk = state.status === 'none' ? intent.sourceAnswers : canBeAsked(state, intent.source);
  const isCertain = cut.now + others === 0 && !(turn.doubt && canAsk);
  const isKept = state.status !== 'none' && (isDeclared(state) || othersPage(state) !== undefined);
  if (holdsAlerts && isCertain && turn.firing === 0 && !isKept) {
    events.push(resolvedByItself('alerts'));
  }
  return events;
}

/** What this source cut off, and what others did. */
function cutBefore(turn: Turn, intent: ReceiveAlerts, state: IncidentState) {
  if (state.status === 'none') return { cut: { before: 0, now: intent.truncated }, others: 0 };
  const { source } = turn;
  const before = source === undefined ? state.cut : (state.further[source]?.cut ?? 0);
  // By a rule several groups of a source are in it: that one of them is whole says nothing of the others.
  const isOfGroups = intent.rule !== undefined && intent.sourceAnswers;
  const now = isOfGroups ? Math.max(before, intent.truncated) : intent.truncated;
  return { cut: { before, now }, others: cutOff(state) - before };
}

/** The end that the alerts themselves bring. */
export function resolvedByItself(how: 'alerts' | 'source-stopped-reporting'): IncidentEvent {
  const nobody = { person: '', surface: '', reason: '', firing: 0 };
  return { type: 'IncidentResolved', v: 1, how, ...nobody };
}

function heard(intent: ReceiveAlerts, state: IncidentState): readonly IncidentEvent[] {
  if (state.status !== 'open' || canBeAsked(state, intent.source)) return [];
  return intent.at - state.heardAt < HEARD_EVERY_MS ? [] : [{ type: 'SourceHeard', v: 1 }];
}

export function opened(
  intent: Correlated & {
    readonly groupLabels?: ReceiveAlerts['groupLabels'];
    readonly externalUrl?: string;
  },
  what: Pick<IncidentOpened, 'origin' | 'title' | 'severity'>,
): IncidentOpened {
  return {
    type: 'IncidentOpened',
    v: 1,
    incident: intent.incident,
    key: intent.key,
    ordinal: intent.ordinal,
    ...what,
    source: intent.source,
    sourceAnswers: intent.sourceAnswers,
    groupLabels: intent.groupLabels ?? {},
    externalUrl: intent.externalUrl ?? '',
    service: intent.service,
    environment: intent.environment,
    places: intent.places,
    notify: intent.notify,
    ...(intent.page && { page: intent.page }),
    ...(intent.members && { members: intent.members }),
    ...(intent.dedupKey !== undefined && { dedupKey: intent.dedupKey }),
    ...(intent.rule && { rule: intent.rule }),
  };
}
