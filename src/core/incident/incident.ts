import type { Labels } from '../alert/alert.ts';
import { SEVERITIES, type Severity, type SeverityKnown } from '../alert/severity.ts';
import type { ErasedEvent } from '../event.ts';
import { type KnownState, knownAfter } from '../known/known.ts';
import { alertsFired, alertsResolved, silencesSeen } from './alerts.ts';
import type {
  AlertsResolved,
  GroupJoined,
  IncidentEvent,
  IncidentOpened,
  IncidentReopened,
  IncidentResolved,
} from './event.ts';
import { type ElsewhereSilence, silencesChanged } from './held.ts';
import type { TookState } from './move.ts';
import { isMove, moved } from './moved.ts';
import { type PageState, pagesAfter } from './page.ts';
import { deedsAfter, NO_DEEDS, type PageDeeds, pageHeard } from './page-deeds.ts';
import {
  alertsTruncated,
  type FurtherSources,
  type PartState,
  partJoined,
  sourceAnswered,
} from './part.ts';
import {
  isProposalEvent,
  type ProposalState,
  proposalsAfter,
  proposalsResolved,
} from './proposal.ts';
import { type SecurityState, securityNoticed } from './security.ts';
import { isSilenceNews } from './silence-event.ts';
import type { SilenceState } from './silences.ts';
import { type StoryLine, tell } from './story-lines.ts';
import { type UnreadableState, unreadableReceived } from './unreadable.ts';

export type IncidentState = NoIncident | Incident;

export interface NoIncident {
  readonly status: 'none';
}

/** An incident as memory holds it. Ten thousand of them are open on a bad night: nothing here grows without bound but alerts. */
export interface Incident {
  readonly status: 'open' | 'resolved';
  readonly opened: IncidentOpened;
  readonly openedAt: number;
  /** Keys of further groups that speak of it. */
  readonly joined: readonly string[];
  /** What else it turned out to be: by whom, about what, and why. */
  readonly parts: readonly PartState[];
  /** Others that were merged into it; absent while none were. */
  readonly took?: readonly TookState[];
  /** It is part of another one; absent while it goes its own way. */
  readonly merged?: { readonly into: string };
  /** Further sources that speak of it, by name. */
  readonly further: FurtherSources;
  /** With which its source pages for it, as far as that is known. */
  readonly dedupKeys: readonly string[];
  /** By fingerprint, those of further sources after its name: see `nameOfAlert`. Owned by the newest state: see `evolve`. */
  readonly alerts: Map<string, AlertState>;
  readonly firing: number;
  /** How many fire at each rank of `SEVERITIES`. */
  readonly firingByRank: readonly number[];
  /** The highest that fires, or that fired last. */
  readonly observedSeverity: Severity;
  /** The highest that was ever said. */
  readonly peak: Severity;
  readonly unknownSeverity: string | undefined;
  readonly setSeverity: Severity | undefined;
  /** Who set it, then who confirmed it; empty while nobody did. */
  readonly severityBy: readonly string[];
  /** Since when it counts as critical; 0 while it does not. */
  readonly criticalSince: number;
  readonly acknowledged: { readonly person: string; readonly at: number } | undefined;
  readonly assignee: string | undefined;
  /** Let into a private one after it was opened. */
  readonly invited: readonly string[];
  readonly resolved: ResolvedState | undefined;
  /** How often it fired again after all alerts had stopped, and when last. */
  readonly reopened: number;
  readonly reopenedAt: number;
  /** Single alerts that fired again, all together. */
  readonly flaps: number;
  /** Alerts the source cut off; while above zero nothing closes by itself. */
  readonly cut: number;
  readonly heardAt: number;
  readonly unreachable: { readonly since: number; readonly code: string } | undefined;
  readonly silenced: number;
  /** Asked for here; the newest last. */
  readonly silences: readonly SilenceState[];
  /** Made at the source by others, and muting its alerts; the newest last. */
  readonly elsewhere: readonly ElsewhereSilence[];
  /** Who was paged for it, and how that stands; the newest last. */
  readonly pages: readonly PageState[];
  /** What is to be done, and was done, where people are paged. */
  readonly deeds: PageDeeds;
  readonly unreadable: UnreadableState | undefined;
  /** Absent unless Tocsin itself raised it. */
  readonly security?: SecurityState;
  /** Whether its graph is there, or will not be; absent while nobody knows. */
  readonly graph?: 'drawn' | 'failed';
  /** What was found beside its alerts; absent while nothing is. */
  readonly known?: KnownState;
  /** What programs and watches propose; nothing when absent. The newest last. */
  readonly proposals?: readonly ProposalState[];
  readonly operations: readonly string[];
  /** A person has said or done something about it: in a storm its thread does not wait for the others. */
  readonly actedOn: boolean;
  /** Keys of mentions that were made. */
  readonly notified: readonly string[];
  readonly lines: readonly StoryLine[];
}

export interface AlertState {
  readonly fingerprint: string;
  /** Absent for the incident's own. */
  readonly source?: string;
  /** Incidents that it came from by merging, the last one last; absent for one that came by itself. */
  readonly from?: readonly string[];
  readonly status: 'firing' | 'resolved';
  readonly startsAt: number;
  /** When it was last seen to change, by our clock. */
  readonly changedAt: number;
  readonly endsAt: number | undefined;
  readonly endedBecause: AlertsResolved['why'] | undefined;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorUrl: string;
  readonly severity: Severity;
  /** How often it fired again. */
  readonly flaps: number;
  readonly muted: 'silenced' | 'inhibited' | undefined;
  readonly silencedBy: readonly string[];
}

export interface ResolvedState {
  readonly how: IncidentResolved['how'] | 'merged';
  readonly at: number;
  readonly person: string;
  readonly reason: string;
  /** Alerts that fired when it was closed. */
  readonly firing: number;
}

/** What the journal knows of an event beside its payload. */
export interface IncidentMeta {
  readonly at: number;
  readonly by: string;
  readonly cause: string;
  readonly position: number;
}

export function initialIncident(): IncidentState {
  return { status: 'none' };
}

/** What the incident counts as: a person's word before the alerts'. */
export function severity(incident: Incident): Severity {
  return incident.setSeverity ?? incident.observedSeverity;
}

/** The same with who says so, as the policy asks for it. */
function severityKnown(incident: Incident): SeverityKnown {
  const { observedSeverity, peak, severityBy } = incident;
  const alerts = [...new Set([observedSeverity, peak])];
  return { is: severity(incident), alerts, by: severityBy };
}

/** Of every open incident about a place; one whose environment nobody knows is about each. */
export function severitiesOf(
  incidents: readonly Incident[],
  { service, environment }: { readonly service: string; readonly environment: string },
): readonly SeverityKnown[] {
  const isThere = (part: { readonly service: string; readonly environment: string }) =>
    part.service === service && ['', environment].includes(part.environment ?? '');
  const about = ({ status, opened, parts }: Incident) =>
    status === 'open' && service !== '' && (isThere(opened) || parts.some(isThere));
  return incidents.filter(about).map(severityKnown);
}

/**
 * One event further. A state given to `evolve` is given away: its map of alerts moves into the answer, so that one more
 * alert costs the same in an incident of ten thousand as in one of two. Total: what it does not know changes nothing.
 */
export function evolve(
  state: IncidentState,
  event: IncidentEvent | ErasedEvent,
  meta: IncidentMeta,
): IncidentState {
  if (event.type === 'Erased') return state;
  if (event.type === 'IncidentOpened') return state.status === 'none' ? open(event, meta) : state;
  if (state.status === 'none') return state;
  return tell(state, timed(acted(change(state, event, meta), event), meta), event, meta);
}

const deeds: ReadonlySet<string> = new Set<IncidentEvent['type']>([
  'IncidentAcknowledged',
  'IncidentUnacknowledged',
  'SeveritySet',
  'IncidentAssigned',
  'NoteAdded',
  'MessagePinned',
  'SilenceAsked',
  'SilenceEndAsked',
  'OperationLinked',
  'ThreadWanted',
  'RequestRefused',
  'ProposalRequested',
  'ProposalDismissed',
  'IncidentTook',
  'AlertsLeft',
]);

/** Somebody acted on the incident, here or at a source that tells of it. */
export function isDeed(type: string): boolean {
  return deeds.has(type);
}

function acted(state: Incident, { type }: IncidentEvent): Incident {
  return state.actedOn || !deeds.has(type) ? state : { ...state, actedOn: true };
}

/** Whoever leads a private incident may see it. */
function invitedWith({ opened, invited }: Incident, person: string): readonly string[] {
  return opened.members === undefined || invited.includes(person) ? invited : [...invited, person];
}

/** Notes when the incident became critical, or ceased to be. */
function timed(state: Incident, { at }: IncidentMeta): Incident {
  const isCritical = severity(state) === 'critical';
  if (isCritical === state.criticalSince > 0) return state;
  return { ...state, criticalSince: isCritical ? at : 0 };
}

function open(event: IncidentOpened, meta: IncidentMeta): Incident {
  return {
    status: 'open',
    opened: event,
    openedAt: meta.at,
    joined: [],
    parts: [],
    further: {},
    dedupKeys: event.dedupKey === undefined ? [] : [event.dedupKey],
    alerts: new Map(),
    firing: 0,
    firingByRank: SEVERITIES.map(() => 0),
    observedSeverity: event.severity,
    peak: event.severity,
    unknownSeverity: undefined,
    setSeverity: undefined,
    severityBy: [],
    criticalSince: event.severity === 'critical' ? meta.at : 0,
    acknowledged: undefined,
    assignee: undefined,
    invited: [],
    resolved: undefined,
    reopened: 0,
    reopenedAt: 0,
    flaps: 0,
    cut: 0,
    heardAt: meta.at,
    unreachable: undefined,
    silenced: 0,
    silences: [],
    elsewhere: [],
    pages: [],
    deeds: NO_DEEDS,
    unreadable: undefined,
    operations: [],
    actedOn: event.origin === 'person',
    notified: [],
    lines: [{ position: meta.position, at: meta.at, by: meta.by, event }],
  };
}

function change(state: Incident, event: IncidentEvent, meta: IncidentMeta): Incident {
  if (isSilenceNews(event)) return { ...state, ...silencesChanged(state, event, meta.at) };
  switch (event.type) {
    case 'AlertsFired':
      return alertsFired(state, event, meta);
    case 'AlertsResolved':
      return alertsResolved(state, event, meta);
    case 'AlertsTruncated':
      return alertsTruncated(state, event);
    case 'GroupJoined':
      return groupJoined(state, event);
    case 'PartJoined':
      return partJoined(state, event, meta.at);
    case 'SourceHeard':
      return { ...state, heardAt: meta.at };
    case 'SourceUnreachable':
    case 'SourceReachable':
      return sourceAnswered(state, event, meta.at);
    case 'SilencesSeen':
      return silencesSeen(state, event);
    case 'UnreadableReceived':
      return unreadableReceived(state, event, meta);
    case 'PageSeen':
      return {
        ...state,
        pages: pagesAfter(state.pages, event),
        deeds: pageHeard(state.deeds, event.pager, event.stands.key),
        heardAt: meta.at,
      };
    case 'PageDeedAsked':
    case 'PageDeedBegun':
    case 'PageDeedDone':
    case 'PageDeedFailed':
      return { ...state, deeds: deedsAfter(state.deeds, event, meta.at) };
    case 'SecurityNoticed':
      return { ...state, security: securityNoticed(state.security, event, meta.at) };
    case 'IncidentAcknowledged':
      return { ...state, acknowledged: { person: event.person, at: meta.at } };
    case 'IncidentUnacknowledged':
      return { ...state, acknowledged: undefined };
    case 'IncidentResolved': {
      const { how, person, reason, firing } = event;
      const resolved = { how, at: meta.at, person, reason, firing };
      return { ...proposalsResolved(state, meta.at), status: 'resolved', resolved };
    }
    case 'IncidentReopened':
      return reopen(state, event, meta);
    case 'SeveritySet':
      return {
        ...state,
        setSeverity: event.severity,
        severityBy:
          state.setSeverity === event.severity
            ? [...state.severityBy.filter((person) => person !== event.person), event.person]
            : [event.person],
      };
    case 'IncidentAssigned':
      return { ...state, assignee: event.to, invited: invitedWith(state, event.to) };
    case 'OperationLinked':
      return { ...state, operations: [...state.operations, event.operation] };
    case 'GraphDrawn':
      return { ...state, graph: 'drawn' };
    case 'GraphFailed':
      return { ...state, graph: 'failed' };
    case 'IncidentEnriched':
      return { ...state, known: knownAfter(state.known, event, meta.at) };
    case 'PeopleNotified':
      return { ...state, notified: [...state.notified, event.key] };
    default:
      if (isMove(event)) return moved(state, event, meta);
      if (!isProposalEvent(event)) return state;
      return { ...state, proposals: proposalsAfter(state.proposals, event, meta) };
  }
}

function reopen(
  state: Incident,
  { why, silences = [] }: IncidentReopened,
  { at }: IncidentMeta,
): Incident {
  const reopened = why === 'firing-again' ? state.reopened + 1 : state.reopened;
  const { merged: _merged, ...rest } = state;
  const both = silences.length > 0 && { silences: [...state.silences, ...silences] };
  return { ...rest, ...both, status: 'open', reopened, reopenedAt: at, resolved: undefined };
}

/** What only a page told of so far is judged by its alerts from now on; what the page knew better stays. */
function groupJoined(state: Incident, { key, dedupKey, from, rule }: GroupJoined): Incident {
  const joined = key === state.opened.key ? state.joined : [...state.joined, key];
  const dedupKeys = dedupKey === undefined ? state.dedupKeys : [...state.dedupKeys, dedupKey];
  if (!from) return { ...state, joined, dedupKeys };
  const { service, environment } = state.opened.service === '' ? from : state.opened;
  const ruled = rule && { rule };
  const opened = {
    ...state.opened,
    ...from,
    service,
    environment,
    ...ruled,
    origin: 'alerts',
  } as const;
  return { ...state, joined, dedupKeys, opened };
}
