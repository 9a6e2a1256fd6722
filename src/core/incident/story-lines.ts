import type { Severity } from '../alert/severity.ts';
import type {
  GroupJoined,
  IncidentAcknowledged,
  IncidentAssigned,
  IncidentEvent,
  IncidentOpened,
  IncidentReopened,
  IncidentResolved,
  IncidentUnacknowledged,
  MessagePinned,
  NoteAdded,
  PeopleNotified,
  SeveritySet,
} from './event.ts';
import type { GraphDrawn, GraphFailed } from './graph.ts';
import type { Incident, IncidentMeta } from './incident.ts';
import type { AlertsLeft, IncidentMerged, IncidentTook } from './move.ts';
import type { PageSeen, PageTold } from './page.ts';
import type { PageDeedAsked, PageDeedFailed } from './page-deeds.ts';
import type { PartJoined } from './part.ts';
import type { ProposalDismissed, ProposalWithdrawn } from './proposal.ts';
import type { SecurityNoticed } from './security.ts';
import type { SilenceEvent, SilenceFound, SilenceLost } from './silence-event.ts';
import type { EndpointEvent } from './watch.ts';

/** What a person would say aloud of an incident, as facts. The words are in `view/story.ts`. */
export interface StoryLine {
  readonly position: number;
  readonly at: number;
  readonly by: string;
  readonly event: StoryEvent;
}

export type StoryEvent =
  | IncidentOpened
  | GroupJoined
  | PartJoined
  | IncidentTook
  | IncidentMerged
  | AlertsLeft
  | IncidentAcknowledged
  | IncidentUnacknowledged
  | IncidentResolved
  | IncidentReopened
  | SeveritySet
  | IncidentAssigned
  | NoteAdded
  | MessagePinned
  | SilenceEvent
  | SilenceFound
  | SilenceLost
  | PeopleNotified
  | SecurityNoticed
  | PageSeen
  | PageTold
  | PageDeedAsked
  | PageDeedFailed
  | ProposalWithdrawn
  | ProposalDismissed
  | EndpointEvent
  | GraphDrawn
  | GraphFailed
  | SeverityRose;

/** Not an event of the record: seen from it. */
export interface SeverityRose {
  readonly type: 'SeverityRose';
  readonly from: Severity;
  readonly to: Severity;
}

/** Older lines have long been posted; who wants them reads the record. */
export const LINES_MAX = 200;

/** After this many reopenings by the alerts alone, coming and going is counted on one living card. */
export const REOPENINGS_SAID = 1;

/** The state after an event, with the line it adds to the story, if any. Refires, duplicates and flaps add none. */
export function tell(
  before: Incident,
  after: Incident,
  event: IncidentEvent,
  meta: IncidentMeta,
): Incident {
  const said = storyOf(before, after, event);
  if (!said) return after;
  const line = { position: meta.position, at: meta.at, by: meta.by, event: said };
  return { ...after, lines: [...after.lines.slice(-(LINES_MAX - 1)), line] };
}

function storyOf(before: Incident, after: Incident, event: IncidentEvent): StoryEvent | undefined {
  switch (event.type) {
    case 'GroupJoined':
      return event.from ? event : undefined;
    case 'AlertsFired':
      return before.peak === after.peak
        ? undefined
        : { type: 'SeverityRose', from: before.peak, to: after.peak };
    case 'IncidentResolved':
      return event.how === 'person' || after.reopened <= REOPENINGS_SAID ? event : undefined;
    case 'IncidentReopened':
      return event.why !== 'firing-again' || after.reopened <= REOPENINGS_SAID ? event : undefined;
    case 'PartJoined':
    case 'IncidentTook':
    case 'IncidentMerged':
    case 'AlertsLeft':
    case 'IncidentAcknowledged':
    case 'IncidentUnacknowledged':
    case 'SeveritySet':
    case 'IncidentAssigned':
    case 'NoteAdded':
    case 'MessagePinned':
    case 'SilenceAsked':
    case 'SilenceMade':
    case 'SilenceFailed':
    case 'SilenceEndAsked':
    case 'SilenceEnding':
    case 'SilenceMissed':
    case 'SilenceEnded':
    case 'SilenceFound':
    case 'SilenceLost':
    case 'PeopleNotified':
    case 'SecurityNoticed':
    case 'PageTold':
    case 'PageDeedFailed':
    case 'ProposalWithdrawn':
    case 'ProposalDismissed':
    case 'EndpointDown':
    case 'EndpointUp':
    case 'GraphDrawn':
    case 'GraphFailed':
      return event;
    case 'PageDeedAsked':
      return FOLLOWS.has(event.does.kind) ? undefined : event;
    case 'PageSeen':
      return isSaid(event, before) ? event : undefined;
    default:
      return undefined;
  }
}

/** An acknowledgement and an end have lines of their own; that a page opened its incident has been said. */
function isSaid({ what, pager, stands }: PageSeen, { opened, pages }: Incident): boolean {
  if (MOVES.has(what)) return true;
  const isFirst = !pages.some((page) => page.pager === pager && page.page === stands.page);
  return isFirst && opened.origin !== 'page';
}

/** What changes whom a page wakes, or how urgently. */
const MOVES: ReadonlySet<string> = new Set([
  'escalated',
  'reassigned',
  'delegated',
  'priority_updated',
  'service_updated',
]);

/** What was said here of itself, and is done there because of it. */
const FOLLOWS: ReadonlySet<string> = new Set(['acknowledge', 'resolve', 'reassign', 'note']);
