import { type Subject, streamOf } from '../../core/backup/manifest.ts';
import {
  type BackupEvent,
  type BackupRecord,
  evolveBackups,
  noBackups,
} from '../../core/backup/record.ts';
import type { Journal } from '../../core/ports/journal.ts';
import { replay } from '../replay.ts';
import { createStreamRecord } from '../stream-record.ts';

/** What the record says of the backups of each subject. */
export interface BackupLedger {
  of(subject: Subject): Promise<BackupRecord>;
  /** Once for each cause. */
  tell(subject: Subject, event: BackupEvent, cause: string): Promise<void>;
  /** As it was when it was last asked for; the loop of backups asks twice a minute. */
  lastSeen(subject: Subject): BackupRecord | undefined;
}

export function createBackupLedger(journal: Pick<Journal, 'append' | 'read'>): BackupLedger {
  const record = createStreamRecord(journal);
  const seen = new Map<string, BackupRecord>();
  return {
    lastSeen: (subject) => seen.get(streamOf(subject)),
    async of(subject) {
      const events = await journal.read(streamOf(subject));
      const { state } = replay<BackupRecord, BackupEvent>(events, noBackups, evolveBackups);
      seen.set(streamOf(subject), state);
      return state;
    },
    tell: (subject, event, cause) =>
      record(streamOf(subject), event, { cause, by: 'tocsin', urgent: true }),
  };
}
