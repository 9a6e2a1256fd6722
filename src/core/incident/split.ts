import type { Labels } from '../alert/alert.ts';
import { alertName } from '../alert/alert.ts';
import { rank } from '../alert/severity.ts';
import type { Evidence } from '../person.ts';
import { othersPage } from './agreement.ts';
import type { IncidentEvent, IncidentOpened } from './event.ts';
import type { Incident, IncidentState } from './incident.ts';
import { alertsOf, type Both, bounded, refusing, taken } from './merge.ts';
import type { AlertsLeft, TakenAlert, TookState } from './move.ts';
import { isDeclared } from './moved.ts';
import { isSamePage } from './page.ts';
import { cutOff } from './part.ts';
import { inPieces } from './pieces.ts';
import { resolvedByItself } from './receive.ts';
import { returnedTo } from './silences.ts';

/** A person says that something is not the same after all. */
export interface SplitIncident {
  readonly type: 'SplitIncident';
  readonly at: number;
  readonly by: Evidence;
  readonly incident: string;
  /** An incident that was merged into it and goes its own way again, or the name of a new one. */
  readonly other: string;
  readonly reason: string;
  /** Of a new one: which alerts it takes, and what it is. Absent where a merge is taken back. */
  readonly apart?: {
    readonly matchers: Labels;
    readonly key: string;
    readonly service: string;
    readonly environment: string;
  };
}

export function splitIncident(
  intent: SplitIncident,
  state: IncidentState,
  other: IncidentState,
): Both {
  const refuse = refusing(intent.by, 'split');
  if (state.status === 'none') return { incident: [refuse('INCIDENT_UNKNOWN')], other: [] };
  const { incident } = state.opened;
  if (state.merged) {
    const facts = { incident, into: state.merged.into };
    return { incident: [refuse('INCIDENT_MERGED', facts)], other: [] };
  }
  if (state.status !== 'open')
    return { incident: [refuse('MERGE_NOT_OPEN', { incident })], other: [] };
  return intent.apart
    ? apart(intent, intent.apart, { state, other })
    : takenBack(intent, state, other);
}

/** Whether an alert is meant: all of these labels, `source` and the fingerprint too, where they are named. */
export function isMeant(alert: TakenAlert, matchers: Labels): boolean {
  return Object.entries(matchers).every(([name, value]) => {
    if (name === 'fingerprint') return alert.fingerprint === value;
    if (name === 'source') return alert.source === value;
    return alert.labels[name] === value;
  });
}

function apart(
  intent: SplitIncident,
  { matchers, key, service, environment }: NonNullable<SplitIncident['apart']>,
  { state, other }: { readonly state: Incident; readonly other: IncidentState },
): Both {
  // Asked before: it has had its turn.
  if (other.status !== 'none') return { incident: [], other: [] };
  const refuse = (code: string): Both => ({
    incident: [refusing(intent.by, 'split')(code)],
    other: [],
  });
  const all = alertsOf(state);
  const meant = all.filter((alert) => isMeant(alert, matchers));
  const [first] = meant;
  if (Object.keys(matchers).length === 0 || !first) return refuse('SPLIT_NOTHING');
  if (meant.length === all.length && state.pages.length === 0 && !isDeclared(state)) {
    return refuse('SPLIT_EVERYTHING');
  }
  const worst = meant.reduce((a, b) => (isWorse(b, a) ? b : a), first);
  const named = { incident: intent.other, key, service, environment };
  const opened = openedApart(state, worst, named);
  const moved = meant.map(({ from: _from, ...alert }) => alert);
  const ended = meant.every(({ status }) => status === 'resolved');
  return {
    incident: left(intent, state, { meant }),
    other: [
      opened,
      ...taken(state.opened.incident, moved),
      ...(ended ? [resolvedByItself('alerts')] : []),
    ],
  };
}

function isWorse(one: TakenAlert, other: TakenAlert): boolean {
  if (one.status !== other.status) return one.status === 'firing';
  return rank(one.severity) < rank(other.severity);
}

/** It is shown where the other one is, to whoever may see that one. */
function openedApart(
  { opened, invited }: Incident,
  worst: TakenAlert,
  named: Pick<IncidentOpened, 'incident' | 'key' | 'service' | 'environment'>,
): IncidentOpened {
  const { places, notify, members, source: own, sourceAnswers } = opened;
  const isOwn = worst.source === own;
  return {
    type: 'IncidentOpened',
    v: 1,
    ...named,
    ordinal: 1,
    origin: 'alerts',
    source: worst.source,
    sourceAnswers: isOwn && sourceAnswers,
    title: alertName(worst.labels) || 'an alert without a name',
    severity: worst.severity,
    groupLabels: {},
    externalUrl: isOwn ? opened.externalUrl : '',
    places,
    notify,
    ...(members && {
      members: { people: [...new Set([...members.people, ...invited])], groups: members.groups },
    }),
    splitFrom: opened.incident,
  };
}

/** A merge is taken back: what came from there goes back as it stands now, and what its groups said since. */
function takenBack(intent: SplitIncident, state: Incident, other: IncidentState): Both {
  const refuse = refusing(intent.by, 'split');
  const one = (state.took ?? []).find(({ incident }) => incident === intent.other);
  if (!one || other.status === 'none' || other.merged?.into !== state.opened.incident) {
    const facts = { incident: state.opened.incident, other: intent.other };
    return { incident: [refuse('SPLIT_NOT_PART', facts)], other: [] };
  }
  const meant = alertsOf(state).filter(({ from }) => from?.at(-1) === intent.other);
  const back = meant.map((alert): TakenAlert => {
    const { from = [], ...rest } = alert;
    return from.length > 1 ? { ...rest, from: from.slice(0, -1) } : rest;
  });
  const pages = state.pages.filter((page) => one.pages.some((each) => isSamePage(each, page)));
  const seen = pages.map(({ pager, seenAt, ...stands }): IncidentEvent => {
    return { type: 'PageSeen', v: 1, pager, what: 'compared', by: '', seenAt, stands };
  });
  const silences = returnedTo(intent.other, state);
  const isOver =
    meant.every(({ status }) => status === 'resolved') &&
    pages.every(({ status }) => status === 'resolved') &&
    !isDeclared(other);
  return {
    incident: left(intent, state, { meant, one }),
    other: [
      {
        ...{ type: 'IncidentReopened', v: 1, why: 'parted' },
        ...(silences.length > 0 && { silences }),
      },
      ...seen,
      ...taken(state.opened.incident, back),
      ...(isOver ? [resolvedByItself('alerts')] : []),
    ],
  };
}

/** What leaves, and the end of what is left where nothing keeps it open. */
function left(
  intent: SplitIncident,
  state: Incident,
  { meant, one }: { readonly meant: readonly TakenAlert[]; readonly one?: TookState },
): readonly IncidentEvent[] {
  const { by, other: to } = intent;
  const who = { person: by.person, surface: by.surface, reason: bounded(intent.reason) };
  const told = meant.map(({ fingerprint, source }) => ({ fingerprint, source }));
  const pieces = told.length === 0 ? [[]] : inPieces(told);
  const events = pieces.map((alerts, index): AlertsLeft => {
    const { keys, dedupKeys, pages, before } = one ?? NO_NAMES;
    const isPage = before !== undefined && state.alerts.size === meant.length;
    const silences = returnedTo(to, state).map(({ silence }) => silence);
    const names = {
      ...{ keys, dedupKeys, pages, ...(isPage && { pager: before.source }) },
      ...(silences.length > 0 && { silences }),
    };
    const returned = one && index === 0 ? { returned: names } : {};
    return { type: 'AlertsLeft', v: 1, to, ...who, alerts, ...returned };
  });
  return isKeptOpen(state, { meant, one }) ? events : [...events, resolvedByItself('alerts')];
}

const NO_NAMES: Pick<TookState, 'keys' | 'dedupKeys' | 'pages' | 'before'> = {
  keys: [],
  dedupKeys: [],
  pages: [],
};

function isKeptOpen(
  state: Incident,
  { meant, one }: { readonly meant: readonly TakenAlert[]; readonly one: TookState | undefined },
): boolean {
  const firing = meant.filter(({ status }) => status === 'firing').length;
  const isLeft = state.alerts.size - meant.length > 0;
  if (state.firing - firing > 0 || cutOff(state) > 0 || !isLeft) return true;
  const isDeclaredStill =
    state.opened.origin === 'person' ||
    (state.took ?? []).some((each) => each !== one && each.origin === 'person');
  const pages = state.pages.filter((page) => !one?.pages.some((each) => isSamePage(each, page)));
  return isDeclaredStill || othersPage({ ...state, pages }) !== undefined;
}
