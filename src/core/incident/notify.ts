import { type Incident, severity } from './incident.ts';

/** One mention that is due. Its key is said once per incident. */
export interface NotificationDue {
  /** `critical`, `unacknowledged`, `unknown:<operation>`. */
  readonly key: string;
  /** The route's group. */
  readonly group: string;
}

export interface NotifyQuestion {
  readonly now: number;
  /** How long a critical incident may stay unacknowledged. */
  readonly ackReminderMs: number;
  /** Operations of the incident that ended as unknown. */
  readonly unknown: readonly string[];
}

export const ACK_REMINDER_MS = 5 * 60_000;

/**
 * Whom an open incident names now: its route's group when it is critical, again when nobody has acknowledged it, and for
 * each operation whose end nobody knows. Milder incidents wake nobody.
 */
export function notificationsDue(
  incident: Incident,
  { now, ackReminderMs, unknown }: NotifyQuestion,
): readonly NotificationDue[] {
  const group = incident.opened.notify;
  if (incident.status !== 'open' || group === '') return NOTHING_DUE;
  const due = unknown.map((operation) => `unknown:${operation}`);
  if (severity(incident) === 'critical') {
    due.push('critical');
    const waitedMs = now - waitingSince(incident);
    if (!incident.acknowledged && waitedMs >= ackReminderMs) due.push('unacknowledged');
  }
  const left = due.filter((key) => !incident.notified.includes(key));
  return left.length === 0 ? NOTHING_DUE : left.map((key) => ({ key, group }));
}

const NOTHING_DUE: readonly NotificationDue[] = [];

/** When the next mention may fall due by time alone; nothing when only an event can make one due. */
export function reminderAt(incident: Incident, ackReminderMs: number): number | undefined {
  const isWaiting =
    incident.status === 'open' &&
    incident.opened.notify !== '' &&
    severity(incident) === 'critical' &&
    !incident.acknowledged &&
    !incident.notified.includes('unacknowledged');
  return isWaiting ? waitingSince(incident) + ackReminderMs : undefined;
}

/** An incident that fires again, or has become critical, is waited for anew. */
function waitingSince(incident: Incident): number {
  return Math.max(incident.openedAt, incident.reopenedAt, incident.criticalSince);
}
