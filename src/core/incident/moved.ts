import { rank, SEVERITIES, type Severity } from '../alert/severity.ts';
import { highest, outweighed } from './alerts.ts';
import type { AlertState, Incident, IncidentMeta } from './incident.ts';
import type { AlertsLeft, AlertsTaken, IncidentMerged, IncidentTook, MoveEvent } from './move.ts';
import { isSamePage, PAGES_MAX } from './page.ts';
import { type FurtherSource, type FurtherSources, furtherSource, nameOfAlert } from './part.ts';
import { proposalsResolved } from './proposal.ts';

const MOVES: ReadonlySet<string> = new Set<MoveEvent['type']>([
  'IncidentTook',
  'AlertsTaken',
  'IncidentMerged',
  'AlertsLeft',
]);

export function isMove(event: { readonly type: string }): event is MoveEvent {
  return MOVES.has(event.type);
}

/** An incident after something was moved, into it or out of it. */
export function moved(state: Incident, event: MoveEvent, meta: IncidentMeta): Incident {
  switch (event.type) {
    case 'IncidentTook':
      return took(state, event, meta);
    case 'AlertsTaken':
      return alertsTaken(state, event);
    case 'IncidentMerged':
      return merged(state, event, meta);
    case 'AlertsLeft':
      return alertsLeft(state, event);
  }
}

/** A person opened it, or something in it: only a person ends it. */
export function isDeclared({ opened, took: taken = [] }: Incident): boolean {
  return opened.origin === 'person' || taken.some(({ origin }) => origin === 'person');
}

function took(before: Incident, event: IncidentTook, { at }: IncidentMeta): Incident {
  const { from, title, person, about, keys, dedupKeys, pages, paged } = event;
  const { origin, ordinal: _ordinal, ...rest } = about;
  // What only a page told of so far is judged by the alerts that come to it.
  const opened =
    before.opened.origin === 'page' && origin === 'alerts'
      ? { ...before.opened, ...rest, origin }
      : before.opened;
  const state = { ...before, opened };
  const names = pages.map(({ pager, page }) => ({ pager, page }));
  const wasPage = opened !== before.opened && { before: before.opened };
  const taken = {
    incident: from,
    ...wasPage,
    title,
    origin,
    person,
    at,
    keys,
    dedupKeys,
    pages: names,
  };
  const joined = keys.filter((key) => key !== opened.key && !state.joined.includes(key));
  const after: Incident = {
    ...state,
    took: [...(state.took ?? []), taken],
    joined: [...state.joined, ...joined],
    parts: [...state.parts, ...event.parts.map((part) => ({ ...part, from, at }))],
    dedupKeys: [...new Set([...state.dedupKeys, ...dedupKeys])],
    pages: openFirst([...state.pages, ...pages]),
    ...(event.silences && { silences: [...event.silences, ...state.silences] }),
    ...(paged && {
      deeds: {
        ...state.deeds,
        others: [...(state.deeds.others ?? []), { ...paged, incident: from }],
      },
    }),
    ...withSources(state, event.sources),
  };
  return atLeast(outweighed(after, event.severity), event);
}

/** As bad as the worse of both: what a person said of the one that came counts where its alerts do not say as much. */
function atLeast(state: Incident, { severity, severityBy }: IncidentTook): Incident {
  const now = state.setSeverity ?? state.observedSeverity;
  if (rank(severity) >= rank(now)) return state;
  return severityBy.length > 0
    ? { ...state, setSeverity: severity, severityBy }
    : { ...state, observedSeverity: severity, peak: worse(state.peak, severity) };
}

function worse(one: Severity, other: Severity): Severity {
  return rank(one) <= rank(other) ? one : other;
}

function openFirst(pages: Incident['pages']): Incident['pages'] {
  if (pages.length <= PAGES_MAX) return pages;
  const over = pages.filter(({ status }) => status === 'resolved');
  return [...over, ...pages.filter(({ status }) => status !== 'resolved')].slice(-PAGES_MAX);
}

function withSources(
  { opened, further, cut, unreachable }: Incident,
  sources: FurtherSources,
): Pick<Incident, 'further' | 'cut' | 'unreachable'> {
  const { [opened.source]: own, ...others } = sources;
  const both: Record<string, FurtherSource> = { ...further };
  for (const [source, told] of Object.entries(others)) {
    const known = both[source];
    both[source] = {
      answers: told.answers || known?.answers === true,
      cut: told.cut + (known?.cut ?? 0),
      unreachable: known?.unreachable ?? told.unreachable,
    };
  }
  return {
    further: both,
    cut: cut + (own?.cut ?? 0),
    unreachable: unreachable ?? own?.unreachable,
  };
}

function alertsTaken(state: Incident, { alerts }: AlertsTaken): Incident {
  const counts = countsOf(state);
  const further: Record<string, FurtherSource> = { ...state.further };
  for (const { source, ...alert } of alerts) {
    const from = furtherSource(state, source);
    const name = nameOfAlert(alert.fingerprint, from);
    const known = state.alerts.get(name);
    if (known && known.changedAt > alert.changedAt) continue;
    if (known) count(counts, known, -1);
    state.alerts.set(name, from === undefined ? alert : { ...alert, source: from });
    count(counts, alert, 1);
    if (from !== undefined) further[from] ??= { answers: false, cut: 0, unreachable: undefined };
  }
  return { ...state, ...withCounts(state, counts), further };
}

/** It keeps what it was told and what was done about it; what it was about is elsewhere. */
function merged(
  state: Incident,
  { into, person, reason, silences = [] }: IncidentMerged,
  { at }: IncidentMeta,
): Incident {
  return {
    ...proposalsResolved(state, at),
    status: 'resolved',
    resolved: { how: 'merged', at, person, reason, firing: 0 },
    merged: { into },
    alerts: new Map(),
    firing: 0,
    firingByRank: SEVERITIES.map(() => 0),
    silenced: 0,
    cut: 0,
    further: {},
    unreachable: undefined,
    pages: [],
    silences: state.silences.filter(({ silence }) => !silences.includes(silence)),
    deeds: { ...state.deeds, paged: undefined, others: [] },
  };
}

function alertsLeft(state: Incident, { alerts, to, returned }: AlertsLeft): Incident {
  const counts = countsOf(state);
  for (const { fingerprint, source } of alerts) {
    const name = nameOfAlert(fingerprint, furtherSource(state, source));
    const known = state.alerts.get(name);
    if (!known) continue;
    state.alerts.delete(name);
    count(counts, known, -1);
  }
  const after = { ...state, ...withCounts(state, counts) };
  if (!returned) return after;
  const { keys, dedupKeys, pages, pager, silences = [] } = returned;
  const before = state.took?.find(({ incident }) => incident === to)?.before;
  return {
    ...after,
    ...(pager !== undefined && before && { opened: before }),
    took: (state.took ?? []).filter(({ incident }) => incident !== to),
    joined: state.joined.filter((key) => !keys.includes(key)),
    dedupKeys: state.dedupKeys.filter((key) => !dedupKeys.includes(key)),
    parts: state.parts.filter(({ from }) => from !== to),
    silences: state.silences.filter(({ silence }) => !silences.includes(silence)),
    pages: state.pages.filter((page) => !pages.some((each) => isSamePage(each, page))),
    deeds: {
      ...state.deeds,
      others: (state.deeds.others ?? []).filter(({ incident }) => incident !== to),
    },
    further: heardOf(after),
  };
}

/** Sources of which something is left. */
function heardOf({ alerts, further }: Incident): FurtherSources {
  const left = new Set([...alerts.values()].map(({ source }) => source));
  return Object.fromEntries(Object.entries(further).filter(([source]) => left.has(source)));
}

interface Counts {
  firing: number;
  silenced: number;
  flaps: number;
  readonly firingByRank: number[];
}

function countsOf({ firing, silenced, flaps, firingByRank }: Incident): Counts {
  return { firing, silenced, flaps, firingByRank: [...firingByRank] };
}

function count(counts: Counts, alert: AlertState, by: 1 | -1): void {
  counts.flaps += by * alert.flaps;
  if (alert.status !== 'firing') return;
  counts.firing += by;
  counts.silenced += alert.muted ? by : 0;
  const at = rank(alert.severity);
  counts.firingByRank[at] = (counts.firingByRank[at] ?? 0) + by;
}

function withCounts(state: Incident, counts: Counts) {
  const observedSeverity = highest(counts.firingByRank) ?? state.observedSeverity;
  return { ...counts, observedSeverity, peak: worse(state.peak, observedSeverity) };
}
