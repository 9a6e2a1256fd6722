import { following } from '../alert/correlate.ts';
import type { Severity } from '../alert/severity.ts';
import type { Sha256 } from '../event.ts';
import type { Problem } from '../problem.ts';
import type { Settings } from '../settings.ts';
import type { IncidentEvent, IncidentResolved } from './event.ts';
import { type Incident, type IncidentState, severity } from './incident.ts';
import type { Correlated } from './intent.ts';
import { isPrivate } from './privacy.ts';
import { isLive, isSameProposer, liveProposals, type Proposer } from './proposal.ts';
import { opened } from './receive.ts';
import { ofMembers, routeOf } from './route.ts';

/** A watch says of its endpoint that it does not answer, and later that it does. */
export type EndpointEvent =
  | {
      readonly type: 'EndpointDown';
      readonly v: 1;
      readonly watch: string;
      /** Checks in a row that failed. */
      readonly strikes: number;
      /** How the last of them did. */
      readonly problem: Problem;
    }
  | {
      readonly type: 'EndpointUp';
      readonly v: 1;
      readonly watch: string;
      readonly lastedMs: number;
    };

export type WatchIntent = WatchDown | WatchUp;

export interface WatchDown extends Correlated {
  readonly type: 'WatchDown';
  readonly at: number;
  readonly watch: string;
  readonly severity: Severity;
  readonly strikes: number;
  readonly problem: Problem;
}

export interface WatchUp {
  readonly type: 'WatchUp';
  readonly at: number;
  readonly watch: string;
  readonly lastedMs: number;
}

/** What is watched, as far as an incident has to know. */
export interface Watched {
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  readonly severity: Severity;
}

export function watchProposer(watch: string): Proposer {
  return { kind: 'watch', name: watch };
}

/** What an incident of its own is opened by. */
export function watchSource(watch: string): string {
  return `watch/${watch}`;
}

/**
 * Where it is said: in an incident about the same service and environment that everybody may see, the worst and then the
 * oldest; where there is none, in one of its own, which is that of the last outage if that is not long over.
 */
export function watchDown(
  { name, service, environment, severity: word }: Watched,
  failed: Pick<WatchDown, 'strikes' | 'problem'>,
  known: {
    readonly settings: Pick<Settings, 'routes'>;
    /** From 1. */
    readonly outage: number;
    readonly open: readonly Incident[];
    /** That of the last outage, where its thread may go on. */
    readonly last?: Incident | undefined;
    readonly now: number;
    readonly sha256: Sha256;
  },
): WatchDown {
  const { settings, outage, last, now, sha256 } = known;
  // Named by the outage, so that it is the same for whoever tells it again, and no older one's.
  const key = sha256(JSON.stringify(['watch', name, outage])).slice(0, 24);
  const route = routeOf(settings.routes, {
    ...{ alertname: 'EndpointDown', severity: word, service },
    ...(environment !== '' && { environment }),
  });
  const { incident, ordinal } = following(key, 0, sha256);
  const { places, notify = '', page } = route;
  const existing = mostUrgent(known.open.filter(isAbout(service, environment))) ?? last;
  return {
    ...{ type: 'WatchDown', at: now, watch: name, severity: word, ...failed },
    ...{ incident: existing?.opened.incident ?? incident, key, ordinal },
    ...{ source: watchSource(name), sourceAnswers: false, service, environment, places, notify },
    ...(page && { page }),
    ...ofMembers(route),
  };
}

const isAbout = (service: string, environment: string) => (incident: Incident) =>
  incident.opened.service === service &&
  incident.opened.environment === environment &&
  incident.opened.origin !== 'security' &&
  !isPrivate(incident);

function mostUrgent(open: readonly Incident[]): Incident | undefined {
  const ranks = ['critical', 'major', 'warning', 'info', 'none'];
  return open.toSorted(
    (one, other) =>
      ranks.indexOf(severity(one)) - ranks.indexOf(severity(other)) ||
      one.openedAt - other.openedAt,
  )[0];
}

export function decideWatch(intent: WatchIntent, state: IncidentState): readonly IncidentEvent[] {
  return intent.type === 'WatchDown' ? down(intent, state) : up(intent, state);
}

function down(intent: WatchDown, state: IncidentState): readonly IncidentEvent[] {
  const { watch, strikes, problem } = intent;
  const said = { type: 'EndpointDown', v: 1, watch, strikes, problem } as const;
  if (state.status === 'none') {
    const title = `${watch} does not answer`;
    return [opened(intent, { origin: 'watch', title, severity: intent.severity }), said];
  }
  if (state.status === 'open') return [said];
  return [{ type: 'IncidentReopened', v: 1, why: 'watch-again' }, said];
}

/** What was proposed for the outage goes with it, and so does an incident that nothing else speaks of. */
function up({ at, watch, lastedMs }: WatchUp, state: IncidentState): readonly IncidentEvent[] {
  if (state.status === 'none') return [];
  const proposer = watchProposer(watch);
  const own = liveProposals(state, at).filter((each) => isSameProposer(each.proposer, proposer));
  const withdrawn = own.map(
    ({ proposal }) =>
      ({ type: 'ProposalWithdrawn', v: 1, proposal, proposer, why: 'it answers again' }) as const,
  );
  const isOwn = state.opened.source === watchSource(watch) && state.opened.origin === 'watch';
  const ends =
    isOwn && state.status === 'open' && state.firing === 0 && !othersPropose(state, at, proposer);
  return [
    { type: 'EndpointUp', v: 1, watch, lastedMs },
    ...withdrawn,
    ...(ends ? [resolvedByWatch] : []),
  ];
}

function othersPropose({ proposals = [] }: Incident, at: number, proposer: Proposer): boolean {
  return proposals.some((each) => isLive(each, at) && !isSameProposer(each.proposer, proposer));
}

const resolvedByWatch: IncidentResolved = {
  type: 'IncidentResolved',
  v: 1,
  how: 'watch',
  person: '',
  surface: '',
  reason: '',
  firing: 0,
};
