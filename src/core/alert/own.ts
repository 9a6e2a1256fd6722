import type { Incident } from '../incident/incident.ts';
import { severity } from '../incident/incident.ts';
import { ownSource } from '../incident/security.ts';
import { alertName, type Delivery, type Labels } from './alert.ts';
import { silentSource } from './watchdog.ts';

/** A condition of Tocsin itself, as an alert that it sends. */
export interface OwnAlert {
  /** Told again under the same key it is the same alert. */
  readonly key: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** ms. */
  readonly startsAt: number;
  /** Where it is looked at; '' for nowhere. */
  readonly url: string;
}

/** By which an installation knows its own alerts again when somebody routes them back to it. */
export const ownLabel = 'tocsin';

/** Said when nothing can be put on the record, and no incident can say so. */
export const journalRefuses = 'TocsinJournalRefuses';

/** All that is to be known outside now: what Tocsin raised itself and is open, and that its journal takes nothing. */
export function ownAlerts(
  incidents: readonly Incident[],
  {
    installation,
    publicUrl,
    refusingSince,
  }: {
    readonly installation: string;
    readonly publicUrl: string;
    /** Since when the journal takes nothing; undefined while it does. */
    readonly refusingSince: number | undefined;
  },
): readonly OwnAlert[] {
  const raised = incidents
    .filter(isOwn)
    .map((incident) => ownAlert(incident, installation, publicUrl));
  if (refusingSince === undefined) return raised;
  const labels = { alertname: journalRefuses, severity: 'critical', [ownLabel]: installation };
  const summary = 'Tocsin can put nothing on the record: alerts wait at their senders';
  return [
    ...raised,
    { key: journalRefuses, labels, annotations: { summary }, startsAt: refusingSince, url: '' },
  ];
}

/** Of those that are private no more than their kind is said. */
function ownAlert(incident: Incident, installation: string, publicUrl: string): OwnAlert {
  const { incident: id, title, origin, source, members } = incident.opened;
  const about = origin === 'security' ? '' : (silentOf(incident) ?? source);
  const base = publicUrl.replace(/\/$/, '');
  return {
    key: id,
    labels: {
      alertname: title,
      severity: severity(incident),
      [ownLabel]: installation,
      incident: id,
      ...(about && members === undefined && { source: about }),
    },
    annotations: { summary: `Tocsin says of itself: ${title}` },
    startsAt: incident.openedAt,
    url: base === '' ? '' : `${base}/incidents/${encodeURIComponent(id)}`,
  };
}

/** Whether Tocsin itself raised it. */
export function isOwn({ status, opened: { origin, source } }: Incident): boolean {
  if (status !== 'open') return false;
  return origin === 'security' || origin === 'unreadable' || isOurs(source);
}

function isOurs(source: string): boolean {
  return source === ownSource || source === silentSource.by;
}

/** Which source is silent. */
function silentOf({ opened, alerts }: Incident): string | undefined {
  if (opened.source !== silentSource.by) return undefined;
  const [first] = alerts.values();
  return first?.labels['source'];
}

/** An alert of this installation that came back: it has its incident already. */
export function isOwnAlert(labels: Labels, installation: string): boolean {
  return labels[ownLabel] === installation && alertName(labels).startsWith('Tocsin');
}

/** What a source sends, without what it was sent by us. */
export function withoutOwn(delivery: Delivery, installation: string): Delivery {
  const observations = delivery.observations.filter(
    ({ labels }) => !isOwnAlert(labels, installation),
  );
  return observations.length === delivery.observations.length
    ? delivery
    : { ...delivery, observations };
}
