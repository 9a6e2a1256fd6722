import { type Incident, severity } from './incident.ts';

export interface NotificationDue {
  /** Said once per key: `critical`, `unacknowledged`, `unknown:<operation>`. */
  readonly key: string;
  readonly group: string;
}

/**
 * Whom to mention now: a new critical incident, one that nobody acknowledged in time, and an operation of unknown
 * outcome; each once, whatever happens in between.
 */
export function notificationsDue(
  incident: Incident,
  {
    now,
    ackReminderMs,
    unknown,
  }: { readonly now: number; readonly ackReminderMs: number; readonly unknown: readonly string[] },
): readonly NotificationDue[] {
  const { notify: group } = incident.opened;
  if (group === '' || incident.status !== 'open') return [];
  const critical = severity(incident) === 'critical';
  const late = incident.acknowledged === undefined && now - incident.openedAt >= ackReminderMs;
  const keys = [
    ...(critical ? ['critical'] : []),
    ...(critical && late ? ['unacknowledged'] : []),
    ...unknown.map((operation) => `unknown:${operation}`),
  ];
  return keys.filter((key) => !incident.notified.includes(key)).map((key) => ({ key, group }));
}
