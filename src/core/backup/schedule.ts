import type { Delivery } from '../alert/alert.ts';
import type { Severity } from '../alert/severity.ts';
import type { ServicePlace } from '../catalog.ts';
import type { AllowRule } from '../operation/policy.ts';
import type { Evidence } from '../person.ts';
import { sayBytes } from './estimate.ts';
import { folderOf, type Subject } from './manifest.ts';
import type { BackupRecord } from './record.ts';
import type { BackupRule } from './rule.ts';

/** When something is due, again and again. Calendars and zones are the world's, so this is handed in. */
export interface Schedule {
  /** As it was written, zone included: another text is another schedule. */
  readonly text: string;
  /** The newest time up to a moment (ms), that moment included; undefined where there was none. */
  last(at: number): number | undefined;
}

/** Who asks where nobody does. Names of people and groups cannot begin so. */
export const scheduler = '@schedule';

/** What is known of the scheduler: that the configuration has an entry for it, and nothing else. */
export function schedulerEvidence(account: string): Evidence {
  return {
    person: scheduler,
    surface: 'schedule',
    account,
    memberships: [{ group: scheduler, source: 'static', ageMs: 0 }],
  };
}

/** What whoever wrote a schedule has said: these verbs, for this service and environment, asked by the schedule. */
export function scheduleRules(rules: readonly BackupRule[]): readonly AllowRule[] {
  return rules.flatMap(({ subject, where, schedule, verify }) =>
    schedule || verify
      ? [
          {
            kind: 'allow' as const,
            where,
            match: {
              verb: [...(schedule ? ['backup'] : []), ...(verify ? ['verify-backup'] : [])],
              service: [subject.service],
              environment: [subject.environment],
              group: [scheduler],
            },
            requesters: [scheduler],
            reasonRequired: false,
            expiresMs: 3_600_000,
            places: [],
          },
        ]
      : [],
  );
}

/**
 * The newest time that has passed since the schedule is known, for all before it are made up for by it; undefined where
 * none has.
 */
export function dueOf(schedule: Schedule, since: number, now: number): number | undefined {
  const due = schedule.last(now);
  return due !== undefined && due > since ? due : undefined;
}

/** Something about backups that somebody has to look at, for as long as it is so. */
export interface Trouble {
  readonly alertname:
    | 'TocsinBackupFailed'
    | 'TocsinBackupLate'
    | 'TocsinBackupShrank'
    | 'TocsinBackupInvalid';
  readonly severity: Severity;
  readonly summary: string;
}

/** Less than this part of the one before: something is missing. */
const shrinkMin = 0.5;

export function troublesOf(
  { subject, schedule, lateAfterMs }: BackupRule,
  { taken, failed, scheduled }: BackupRecord,
  now: number,
): readonly Trouble[] {
  const name = folderOf(subject);
  const found: Trouble[] = [];
  const last = taken.at(-1);
  const before = taken.at(-2);
  const due = schedule && scheduled && dueOf(schedule, scheduled.at, now - lateAfterMs);
  // Who stopped one knows of it.
  if (failed && failed.problem.code !== 'BACKUP_STOPPED') {
    const { code } = failed.problem;
    const summary = `the newest attempt to back up ${name} failed: ${code}, ${failed.operation}`;
    found.push({ alertname: 'TocsinBackupFailed', severity: 'critical', summary });
  }
  if (due !== undefined && (last === undefined || last.startedAt < due)) {
    const hours = Math.round(lateAfterMs / 360_000) / 10;
    const summary = `the backup of ${name} that was due at ${new Date(due).toISOString()} is not there ${hours} h later`;
    found.push({ alertname: 'TocsinBackupLate', severity: 'critical', summary });
  }
  if (last && before && last.bytes < before.bytes * shrinkMin) {
    const sizes = `${sayBytes(last.bytes)} after ${sayBytes(before.bytes)}`;
    const summary = `the backup ${last.id} of ${name} is less than half of the one before: ${sizes}`;
    found.push({ alertname: 'TocsinBackupShrank', severity: 'warning', summary });
  }
  if (last?.verified && !last.verified.ok) {
    const summary = `the newest backup of ${name}, ${last.id}, was verified and is not valid`;
    found.push({ alertname: 'TocsinBackupInvalid', severity: 'critical', summary });
  }
  return found;
}

export const backupSource = 'tocsin/backups';

export function fingerprintOf(alertname: string, subject: Subject): string {
  return `${alertname}/${folderOf(subject)}`;
}

/** A trouble, or that it is over, as an alert of our own about the service: routed and shown like every other. */
export function backupAlert(
  { alertname, severity, summary }: Trouble,
  subject: Subject,
  {
    place,
    isOver,
    now,
  }: {
    readonly place: ServicePlace | undefined;
    readonly isOver: boolean;
    readonly now: number;
  },
): Delivery {
  const labels = {
    // What makes an alert one about this service.
    ...place?.service.match,
    ...place?.environment.match,
    alertname,
    severity,
    backup: folderOf(subject),
  };
  return {
    source: backupSource,
    receiver: '',
    groupKey: fingerprintOf(alertname, subject),
    groupLabels: labels,
    truncated: 0,
    externalUrl: '',
    observations: [
      {
        fingerprint: fingerprintOf(alertname, subject),
        status: isOver ? 'resolved' : 'firing',
        startsAt: isOver ? undefined : now,
        endsAt: isOver ? now : undefined,
        labels,
        annotations: { summary },
        generatorUrl: '',
      },
    ],
    unreadable: [],
  };
}
