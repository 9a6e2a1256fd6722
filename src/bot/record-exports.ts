import type { Sha256 } from '../core/event.ts';
import { type Origin, originOf } from '../core/origin.ts';
import { type Evidence, isMember } from '../core/person.ts';
import type { Journal } from '../core/ports/journal.ts';
import { type Problem, problem } from '../core/problem.ts';
import { exportsStream, type RecordExported, type RecordFormat } from '../core/record/format.ts';
import type { TrailRow } from '../core/record/row.ts';
import { trailOf } from '../core/record/trail.ts';
import type { Settings } from '../core/settings.ts';
import type { PersonRecord } from './person-record.ts';
import { createStreamRecord } from './stream-record.ts';

/** Who asks for a record: a person with what is known of them, or a program whose right its token already proved. */
export type Exporter =
  | { readonly kind: 'person'; readonly evidence: Evidence }
  | { readonly kind: 'program'; readonly where: Origin };

export interface RecordExports {
  mayExport(evidence: Evidence): boolean;
  /** The record as text. It leaves only once it is on record that it does. */
  export(asked: AskedExport): Promise<string | Problem>;
  /** To look at, oldest first. Accounts, sessions and addresses only for whoever may take it out. */
  trail(thread: string, by: Evidence): Promise<readonly TrailRow[]>;
}

export interface AskedExport {
  readonly thread: string;
  readonly format: RecordFormat;
  readonly by: Exporter;
  readonly cause: string;
}

export interface RecordExportsOptions {
  readonly journal: Pick<Journal, 'append' | 'read'>;
  readonly settings: () => Settings;
  readonly recordPerson: PersonRecord;
  /** Operations that were asked in an incident. */
  readonly operationsOf: (incident: string) => readonly string[];
  /** Erasures applied, with proof. */
  readonly text: (
    thread: string,
    streams: readonly string[],
    format: RecordFormat,
  ) => Promise<string>;
  readonly sha256: Sha256;
}

export function createRecordExports(options: RecordExportsOptions): RecordExports {
  const { settings, recordPerson, sha256 } = options;
  const record = createStreamRecord(options.journal);
  const groups = () => settings().record?.export ?? [];
  const mayExport = (evidence: Evidence) => groups().some((group) => isMember(evidence, group));

  return {
    mayExport,
    async trail(thread, by) {
      const streams = streamsOf(thread, options);
      const events = await Promise.all(streams.map((stream) => options.journal.read(stream)));
      const rows = trailOf(events, sha256);
      return mayExport(by) ? rows : rows.map(withoutAccounts);
    },
    async export({ thread, format, by, cause }) {
      if (by.kind === 'person' && !mayExport(by.evidence)) {
        const because = problem('EXPORT_NOT_ALLOWED', {
          thread,
          groups: groups().join(', ') || 'nobody',
        });
        await turnedDown(recordPerson, by.evidence, { line: `export ${thread}`, because, cause });
        return because;
      }
      const text = await options.text(thread, streamsOf(thread, options), format);
      const event: RecordExported = {
        type: 'RecordExported',
        v: 1,
        thread,
        format,
        digest: sha256(text),
        ...whoOf(by),
      };
      const author = event.person === '' ? `token:${event.where.account}` : event.person;
      await record(exportsStream, event, { cause: `${cause}/exported`, by: author });
      return text;
    },
  };
}

/** Whoever sees an incident sees who did what in it, and not from where. What an approval says of accounts is one text. */
function withoutAccounts(row: TrailRow): TrailRow {
  return { ...row, account: '', workspace: '', session: '', ip: '', approvals: '' };
}

function streamsOf(thread: string, { operationsOf }: RecordExportsOptions): readonly string[] {
  if (thread.startsWith('op-')) return [`operation/${thread}`];
  return [`incident/${thread}`, ...operationsOf(thread).map((id) => `operation/${id}`)];
}

function whoOf(by: Exporter): Pick<RecordExported, 'person' | 'where'> {
  return by.kind === 'person'
    ? { person: by.evidence.person, where: originOf(by.evidence) }
    : { person: '', where: by.where };
}

async function turnedDown(
  recordPerson: PersonRecord,
  evidence: Evidence,
  { line, because, cause }: { line: string; because: Problem; cause: string },
): Promise<void> {
  const { person, surface } = evidence;
  const event = { type: 'RequestTurnedDown', v: 1, surface, line } as const;
  await recordPerson(
    person,
    { ...event, where: originOf(evidence), problem: because },
    { cause: `${cause}/refused`, by: person },
  );
}
