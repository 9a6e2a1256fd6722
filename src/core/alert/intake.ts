import { locate } from '../catalog.ts';
import type { Sha256 } from '../event.ts';
import type { ReceiveAlerts, ReceiveUnreadable } from '../incident/intent.ts';
import { ofMembers, routeOf } from '../incident/route.ts';
import type { Settings } from '../settings.ts';
import { alertName, type Delivery, type Labels } from './alert.ts';
import {
  type Correlation,
  type CorrelationIndex,
  correlate,
  correlateKey,
  unreadableKey,
} from './correlate.ts';

/** What turning a delivery into an intent needs to know. */
export interface Intake {
  readonly settings: Pick<Settings, 'catalog' | 'routes'>;
  readonly index: CorrelationIndex;
  readonly now: number;
  readonly sha256: Sha256;
  /** The source has an API that can be asked. */
  readonly sourceAnswers: boolean;
  /** Pages are heard of as well: the source may page for a group by itself. */
  readonly hasPagers?: boolean;
}

/** The intent a delivery means: which incident it speaks of, whose service, shown where. */
export function receiveIntent(delivery: Delivery, intake: Intake): ReceiveAlerts {
  const labels = spokesman(delivery);
  const { service = '', environment = '' } = locate(intake.settings.catalog, labels);
  const { source, groupKey, groupLabels, observations } = delivery;
  const named = { service, alertname: alertName(labels) };
  const place = placed({ ...labels, ...located(service, environment) }, intake);
  const { members } = place;
  const group = {
    source,
    groupKey,
    groupLabels,
    observations,
    ...named,
    ...(members && { members }),
  };
  const correlation = correlate(intake.index, group, intake);
  return {
    type: 'ReceiveAlerts',
    at: intake.now,
    ...correlated(correlation, intake),
    ...place,
    source,
    service,
    environment,
    groupLabels,
    externalUrl: delivery.externalUrl,
    observations,
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
