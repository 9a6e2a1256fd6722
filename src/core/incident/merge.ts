import type { Evidence } from '../person.ts';
import { type Facts, problem } from '../problem.ts';
import { triggerKey } from './agreement.ts';
import type { IncidentEvent, RequestRefused } from './event.ts';
import { type Incident, type IncidentState, severity } from './incident.ts';
import type { AlertsTaken, IncidentTook, TakenAlert } from './move.ts';
import { deedsAsked, type Wanted } from './page-deeds.ts';
import type { FurtherSources } from './part.ts';
import { inPieces } from './pieces.ts';
import { carriedFrom } from './silences.ts';

/** A person says that two incidents are one. */
export interface MergeIncidents {
  readonly type: 'MergeIncidents';
  readonly at: number;
  readonly by: Evidence;
  /** The one that becomes part of the other. */
  readonly incident: string;
  readonly other: string;
  readonly reason: string;
  /** Their pages at one pager are to become one as well. */
  readonly pages: boolean;
}

/** What follows on each of two streams, or nothing on the second where it is refused. */
export interface Both {
  readonly incident: readonly IncidentEvent[];
  readonly other: readonly IncidentEvent[];
}

/** So many at most become part of one: a card that lists more is read by nobody. */
export const TOOK_MAX = 50;
const REASON_MAX = 500;

export function mergeIncidents(
  intent: MergeIncidents,
  state: IncidentState,
  survivor: IncidentState,
): Both {
  const refused = objection(intent, state, survivor);
  if (refused) return { incident: [refused], other: [] };
  if (state.status === 'none' || survivor.status === 'none') return NOTHING;
  const { by, other } = intent;
  const reason = bounded(intent.reason);
  const who = { person: by.person, surface: by.surface, reason };
  const silences = carriedFrom(state, intent.at);
  const names = silences.map(({ silence }) => silence);
  return {
    incident: [
      {
        ...{ type: 'IncidentMerged', v: 1, into: other, ...who },
        ...(names.length > 0 && { silences: names }),
      },
    ],
    other: [
      { ...took(state, who), ...(silences.length > 0 && { silences }) },
      ...taken(
        state.opened.incident,
        alertsOf(state).map((alert) => addFrom(alert, state)),
      ),
      ...deedsAsked(survivor, pageDeeds(intent, state, survivor)),
    ],
  };
}

const NOTHING: Both = { incident: [], other: [] };

/** Its alerts with the source that each comes from. */
export function alertsOf({ opened, alerts }: Incident): readonly TakenAlert[] {
  return [...alerts.values()].map((alert) => ({ ...alert, source: alert.source ?? opened.source }));
}

/** The events by which alerts come to an incident, each of a size that a journal takes. */
export function taken(from: string, alerts: readonly TakenAlert[]): readonly AlertsTaken[] {
  return inPieces(alerts).map((piece) => ({ type: 'AlertsTaken', v: 1, from, alerts: piece }));
}

export function bounded(reason: string): string {
  return reason.trim().slice(0, REASON_MAX).toWellFormed();
}

export function refusing({ person, surface }: Evidence, what: string) {
  return (code: string, facts: Facts = {}): RequestRefused => ({
    type: 'RequestRefused',
    v: 1,
    person,
    surface,
    what,
    problem: problem(code, facts),
  });
}

function objection(
  { by, incident, other }: MergeIncidents,
  state: IncidentState,
  survivor: IncidentState,
): RequestRefused | undefined {
  const refuse = refusing(by, 'merge');
  if (state.status === 'none' || survivor.status === 'none') return refuse('INCIDENT_UNKNOWN');
  if (incident === other) return refuse('MERGE_WITH_ITSELF');
  for (const each of [state, survivor]) {
    const name = each.opened.incident;
    if (each.merged) return refuse('INCIDENT_MERGED', { incident: name, into: each.merged.into });
    if (each.status !== 'open') return refuse('MERGE_NOT_OPEN', { incident: name });
    if (OF_ITSELF.has(each.opened.origin)) return refuse('MERGE_NOT_OFFERED', { incident: name });
  }
  if (!isOneCircle(state, survivor)) return refuse('MERGE_CIRCLES_DIFFER', { into: other });
  if ((survivor.took ?? []).length >= TOOK_MAX) {
    return refuse('MERGE_TOO_MANY', { into: other, most: TOOK_MAX });
  }
  return undefined;
}

/** What Tocsin says of itself, and of bodies it cannot read, is one incident each by its kind. */
const OF_ITSELF: ReadonlySet<string> = new Set(['unreadable', 'security', 'watch']);

/** Whoever sees the one that goes on may see all of the other, and nobody loses sight of what everybody could see. */
function isOneCircle(state: Incident, survivor: Incident): boolean {
  const seenBy = ({ opened: { members } }: Incident) =>
    members && [[...members.people].sort(), [...members.groups].sort()];
  const isSame = JSON.stringify(seenBy(state)) === JSON.stringify(seenBy(survivor));
  return isSame && survivor.invited.every((person) => state.invited.includes(person));
}

function took(
  state: Incident,
  who: Pick<IncidentTook, 'person' | 'surface' | 'reason'>,
): IncidentTook {
  const { opened, joined, dedupKeys, parts, pages, deeds } = state;
  const { origin, source, sourceAnswers, groupLabels, externalUrl, service, environment } = opened;
  const { ordinal, incident } = opened;
  const { paged } = deeds;
  return {
    type: 'IncidentTook',
    v: 1,
    from: incident,
    ...who,
    title: opened.title,
    severity: severity(state),
    severityBy: state.severityBy,
    about: {
      origin,
      source,
      sourceAnswers,
      groupLabels,
      externalUrl,
      service,
      environment,
      ordinal,
    },
    parts: [{ source, service, environment }, ...parts].map((part) => {
      return { source: part.source, service: part.service, environment: part.environment };
    }),
    keys: [opened.key, ...joined],
    dedupKeys: [...dedupKeys, triggerKey(incident)],
    sources: sourcesOf(state),
    pages,
    ...(paged && !paged.seen && { paged: { pager: paged.pager, via: paged.via } }),
  };
}

function sourcesOf({ opened, further, cut, unreachable }: Incident): FurtherSources {
  if (opened.origin !== 'alerts') return further;
  const own = { answers: opened.sourceAnswers, cut, unreachable };
  return { [opened.source]: own, ...further };
}

/** Where it came from, the last one first to go back. */
function addFrom(alert: TakenAlert, { opened }: Incident): TakenAlert {
  return { ...alert, from: [...(alert.from ?? []), opened.incident] };
}

/** Whoever holds the one that goes on holds the pages that come to it; they become one page where that is asked. */
function pageDeeds(
  { by, pages: areMerged }: MergeIncidents,
  { pages }: Incident,
  survivor: Incident,
): readonly Wanted[] {
  const { acknowledged } = survivor;
  const acks = pages
    .filter(({ status }) => acknowledged && status === 'triggered')
    .map(({ pager, page }): Wanted => {
      const does = { kind: 'acknowledge' } as const;
      return { pager, page, via: '', does, person: acknowledged?.person ?? '', surface: '' };
    });
  if (!areMerged) return acks;
  const merges = pages.flatMap(({ pager, page, status }): readonly Wanted[] => {
    const into = survivor.pages.findLast(
      (each) => each.pager === pager && each.status !== 'resolved',
    );
    if (!into || status === 'resolved') return [];
    const does = { kind: 'merge', other: page } as const;
    const { person, surface } = by;
    return [{ pager, page: into.page, via: '', does, person, surface }];
  });
  return [...acks, ...merges];
}
