import { randomUUID } from 'node:crypto';
import type { HostHandler } from '../bot/host-door.ts';
import { createStreamRecord } from '../bot/stream-record.ts';
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

/** What a command on the host may have done to the journal of a running bot. */
export function journalHostHandlers(journal: OpenJournal): Readonly<Record<string, HostHandler>> {
  return {
    async 'record-exported'({ user = '', thread = '', format = '', digest = '' }) {
      if (!isRecordFormat(format)) throw new ProblemError(problem('HOST_DOOR_UNREADABLE'));
      await recordExport(journal, { user, thread, format, digest });
      return {};
    },
  };
}
