import { locate } from '../catalog.ts';
import type { Sha256 } from '../event.ts';
import type { ReceiveAlerts, ReceiveUnreadable } from '../incident/intent.ts';
import type { Members } from '../incident/privacy.ts';
import { ofMembers, routeOf } from '../incident/route.ts';
import type { Settings } from '../settings.ts';
import { alertName, type Delivery, type Labels, type Observation } from './alert.ts';
import {
  type Correlation,
  correlate,
  correlateKey,
  correlateRuled,
  type Group,
  keyOf,
  unreadableKey,
} from './correlate.ts';
import type { CorrelationIndex } from './correlation-index.ts';
import { type Part, partsOf } from './parts.ts';

/** What turning a delivery into an intent needs to know. */
export interface Intake {
  readonly settings: Pick<Settings, 'catalog' | 'routes' | 'correlation'>;
  readonly index: CorrelationIndex;
  readonly now: number;
  readonly sha256: Sha256;
  /** The source has an API that can be asked. */
  readonly sourceAnswers: boolean;
  /** Pages are heard of as well: the source may page for a group by itself. */
  readonly hasPagers?: boolean;
}

/** The intents a delivery means: one for each incident it speaks of, whose service, shown where. */
export function receiveIntents(delivery: Delivery, intake: Intake): readonly ReceiveAlerts[] {
  const { index, settings, sha256 } = intake;
  const last = index.byKey.get(keyOf(index, groupOf(delivery, intake), sha256));
  const open = last && index.byIncident.get(last.incident)?.closedAt === undefined;
  const context = { settings, index, sha256, open: open ? last.incident : undefined };
  const parts = partsOf(delivery, context);
  const [only, ...others] = parts;
  // What is one group is one group to the letter: its own list, and no copy of it.
  if (only?.because.kind === 'group' && !only.because.isApart && others.length === 0) {
    return [receiveIntent(delivery, intake)];
  }
  return parts.map((part) => partIntent(part, delivery, intake));
}

function partIntent({ observations, because }: Part, whole: Delivery, intake: Intake) {
  const delivery = { ...whole, observations };
  switch (because.kind) {
    case 'group':
      return receiveIntent(delivery, intake, because);
    case 'held': {
      const held = intake.index.byIncident.get(because.incident);
      const { key = '', ordinal = 1 } = held ?? {};
      const correlation = { incident: because.incident, key, ordinal, how: 'open' } as const;
      return { ...placedIntent(delivery, intake), ...correlated(correlation, intake) };
    }
    case 'ruled': {
      const { ruled, members } = because;
      const began = beganOf(observations);
      const group = { ...delivery, ...(members && { members }), ...(began && { began }) };
      const correlation = correlateRuled(intake.index, { ruled, group }, intake);
      return {
        ...placedIntent(delivery, intake),
        ...correlated(correlation, intake),
        groupLabels: ruled.used.same,
        rule: ruled.used,
      };
    }
  }
}

/** When what fires began, where the source says so. */
function beganOf(observations: readonly Observation[]) {
  const starts = observations.flatMap(({ status, startsAt }) =>
    status === 'firing' && startsAt !== undefined ? [startsAt] : [],
  );
  const [first] = starts;
  if (first === undefined) return undefined;
  const earliest = (a: number, b: number) => Math.min(a, b);
  const latest = (a: number, b: number) => Math.max(a, b);
  return { from: starts.reduce(earliest, first), to: starts.reduce(latest, first) };
}

/** The same of alerts that are one group, by the name that their source gives it. */
export function receiveIntent(
  delivery: Delivery,
  intake: Intake,
  { isApart, members }: { readonly isApart: boolean; readonly members?: Members } = WHOLE,
): ReceiveAlerts {
  const placedThere = placedIntent(delivery, intake);
  const seenBy = isApart ? members : placedThere.members;
  const group = {
    ...groupOf(delivery, intake),
    ...(seenBy && { members: seenBy }),
    ...(isApart && { isApart }),
  };
  return { ...placedThere, ...correlated(correlate(intake.index, group, intake), intake) };
}

const WHOLE = { isApart: false } as const;

function groupOf(delivery: Delivery, { settings }: Intake): Group {
  const labels = spokesman(delivery);
  const { service = '' } = locate(settings.catalog, labels);
  const { source, groupKey, groupLabels, observations } = delivery;
  const named = { service, alertname: alertName(labels) };
  return { source, groupKey, groupLabels, observations, ...named };
}

type Placed = Omit<ReceiveAlerts, 'incident' | 'key' | 'ordinal' | 'sourceAnswers'>;

/** Whose service it is about, and where it is shown, by the alert that speaks for all. */
function placedIntent(delivery: Delivery, intake: Intake): Placed {
  const labels = spokesman(delivery);
  const { service = '', environment = '' } = locate(intake.settings.catalog, labels);
  return {
    type: 'ReceiveAlerts',
    at: intake.now,
    ...placed({ ...labels, ...located(service, environment) }, intake),
    source: delivery.source,
    service,
    environment,
    groupLabels: delivery.groupLabels,
    externalUrl: delivery.externalUrl,
    observations: delivery.observations,
    truncated: delivery.truncated,
  };
}

/** The intent that what could not be read means: an incident of its own, one per source. */
export function unreadableIntent(
  delivery: Pick<Delivery, 'source' | 'unreadable'>,
  blob: string,
  intake: Intake,
): ReceiveUnreadable {
  const { source, unreadable } = delivery;
  const labels = { alertname: 'TocsinUnreadableAlert', severity: 'warning' };
  const key = unreadableKey(source, intake.sha256);
  return {
    type: 'ReceiveUnreadable',
    at: intake.now,
    ...correlated(correlateKey(intake.index, key, intake), intake),
    ...placed(labels, intake),
    source,
    service: '',
    environment: '',
    count: unreadable.length,
    reasons: [...new Set(unreadable.map(({ reason }) => reason))].slice(0, REASONS_MAX),
    blob,
  };
}

const REASONS_MAX = 10;

/** Deliveries of one group that waited for the same turn, as one. */
export function coalesce(first: ReceiveAlerts, ...rest: readonly ReceiveAlerts[]): ReceiveAlerts {
  const last = rest.at(-1);
  if (!last) return first;
  return {
    ...first,
    at: last.at,
    observations: [first, ...rest].flatMap((intent) => intent.observations),
    truncated: Math.max(first.truncated, ...rest.map((intent) => intent.truncated)),
  };
}

/** The labels that place an incident: those of the first alert that fires, else of the first. */
function spokesman({ observations, groupLabels }: Delivery): Labels {
  const firing = observations.find(({ status }) => status === 'firing');
  return (firing ?? observations[0])?.labels ?? groupLabels;
}

function correlated({ incident, key, ordinal, dedupKey }: Correlation, { sourceAnswers }: Intake) {
  return { incident, key, ordinal, sourceAnswers, ...(dedupKey !== undefined && { dedupKey }) };
}

function placed(labels: Labels, { settings }: Intake) {
  const route = routeOf(settings.routes, labels);
  const { places, notify = '', page } = route;
  return { places, notify, ...(page && { page }), ...ofMembers(route) };
}

/** Routes may match by service and environment although no alert carries such labels. */
function located(service: string, environment: string): Labels {
  return { ...(service && { service }), ...(environment && { environment }) };
}
