import { randomUUID } from 'node:crypto';
import type { HostHandler } from '../bot/host-door.ts';
import { createStreamRecord } from '../bot/stream-record.ts';
import { archivedIn } from '../core/archive.ts';
import { WRITINGS } from '../core/erasure.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { exportsStream, isRecordFormat, type RecordExported } from '../core/record/format.ts';
import type { OpenJournal } from '../journal/index.ts';

/** An export that was made on the host, by whoever the system says is there. */
export interface HostExport extends Pick<RecordExported, 'thread' | 'format' | 'digest'> {
  readonly user: string;
}

export async function recordExport(
  journal: Pick<OpenJournal, 'append'>,
  { user, ...exported }: HostExport,
): Promise<void> {
  const where = { surface: 'host', account: user };
  const event = { type: 'RecordExported', v: 1, ...exported, person: '', where } as const;
  await createStreamRecord(journal)(exportsStream, event, {
    cause: `host/export/${randomUUID()}`,
    by: 'host',
  });
}

export interface HostErasure {
  readonly stream: string;
  readonly version: number;
  readonly user: string;
  readonly reason: string;
}

/** Only what people wrote; with a pin go its images. */
export async function eraseWriting(
  journal: Pick<OpenJournal, 'read' | 'erase' | 'blobs'>,
  { stream, version, user, reason }: HostErasure,
): Promise<void> {
  const facts = { stream, version };
  const [recorded] = await journal.read(stream, version);
  if (recorded?.version !== version) throw new ProblemError(problem('EVENT_NOT_FOUND', facts));
  const { event } = recorded;
  const { was } = { was: '', ...event };
  if (archivedIn(recorded) !== undefined && !WRITINGS.has(was)) {
    throw new ProblemError(problem('ERASE_NOT_A_WRITING', { ...facts, type: was }));
  }
  if (event.type !== 'Erased' && !WRITINGS.has(event.type)) {
    throw new ProblemError(problem('ERASE_NOT_A_WRITING', { ...facts, type: event.type }));
  }
  await journal.erase(stream, version, { by: `host:${user}`, reason });
  if ('images' in event && Array.isArray(event.images)) {
    for (const digest of event.images) await journal.blobs.drop(String(digest));
  }
}

/** What a command on the host may have done to the journal of a running bot. */
export function journalHostHandlers(journal: OpenJournal): Readonly<Record<string, HostHandler>> {
  return {
    async 'record-exported'({ user = '', thread = '', format = '', digest = '' }) {
      if (!isRecordFormat(format)) throw new ProblemError(problem('HOST_DOOR_UNREADABLE'));
      await recordExport(journal, { user, thread, format, digest });
      return {};
    },
    async erase({ user = '', stream = '', version = '', reason = '' }) {
      await eraseWriting(journal, { user, stream, version: Number(version), reason });
      return {};
    },
  };
}
