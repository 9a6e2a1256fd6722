import { Counter, Gauge, type Registry } from 'prom-client';
import type { TakenBackup } from '../core/backup/record.ts';
import type { BackupReading } from './backups/meter.ts';

const labelNames = ['service', 'environment', 'what'] as const;

/** What there is of each entry of `backups:`, and what goes on with it. Labels are names of the configuration. */
export function backupMetrics(read: () => readonly BackupReading[], registers: Registry[]): void {
  for (const [name, help, of] of gauges) {
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        gauge.reset();
        for (const reading of read()) {
          const value = of(reading);
          if (value !== undefined) gauge.set({ ...reading.subject }, value);
        }
      },
    });
  }
  const failures = new Counter({
    name: 'tocsin_backup_failures_total',
    help: 'Backups, verifications and restores that came to nothing.',
    labelNames: [...labelNames, 'verb'],
    registers,
    collect() {
      failures.reset();
      for (const { subject, failures: counts } of read()) {
        for (const verb of verbs) failures.inc({ ...subject, verb }, counts.get(verb) ?? 0);
      }
    },
  });
  const bytes = new Counter({
    name: 'tocsin_backup_bytes_total',
    help: 'Bytes of artefacts that passed through this process, into a store or out of one.',
    labelNames: [...labelNames, 'way'],
    registers,
    collect() {
      bytes.reset();
      for (const { subject, bytes: counts } of read()) {
        for (const way of ['written', 'read'] as const) {
          bytes.inc({ ...subject, way }, counts.get(way) ?? 0);
        }
      }
    },
  });
}

/** Each is there from the start, so that a first failure is a rise. */
const verbs = ['backup', 'verify-backup', 'restore'] as const;

type Gauged = readonly [string, string, (reading: BackupReading) => number | undefined];

const gauges: readonly Gauged[] = [
  [
    'tocsin_backup_newest_timestamp_seconds',
    'When the newest backup was begun: what was written since is in none.',
    ({ record }) => seconds(record?.taken.at(-1)?.startedAt),
  ],
  [
    'tocsin_backup_newest_verified_timestamp_seconds',
    'When the newest backup that was found valid was begun.',
    ({ record }) => seconds(record?.taken.findLast(isValid)?.startedAt),
  ],
  [
    'tocsin_backup_newest_bytes',
    'Size of the newest backup.',
    ({ record }) => record?.taken.at(-1)?.bytes,
  ],
  [
    'tocsin_backup_newest_seconds',
    'How long the newest backup took.',
    ({ record }) => {
      const newest = record?.taken.at(-1);
      return newest && seconds(newest.endedAt - newest.startedAt);
    },
  ],
  [
    'tocsin_backup_kept',
    'Backups on the record that were not removed.',
    ({ record }) => record?.taken.length,
  ],
  [
    'tocsin_backup_under_way',
    'Backups, verifications and restores that go on now.',
    ({ underWay }) => underWay,
  ],
];

function isValid({ verified }: TakenBackup): boolean {
  return verified?.ok === true;
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
