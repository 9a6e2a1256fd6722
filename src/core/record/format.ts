import type { Event } from '../event.ts';
import type { Origin } from '../origin.ts';
import type { TrailRow } from './row.ts';

/** How a record leaves. `json` proves itself; the others are readings of it. */
export const recordFormats = ['json', 'markdown', 'csv'] as const;
export type RecordFormat = (typeof recordFormats)[number];

export const recordFiles: Readonly<
  Record<RecordFormat, { readonly extension: string; readonly type: string }>
> = {
  json: { extension: 'json', type: 'application/json; charset=utf-8' },
  markdown: { extension: 'md', type: 'text/markdown; charset=utf-8' },
  csv: { extension: 'csv', type: 'text/csv; charset=utf-8' },
};

export function isRecordFormat(word: string): word is RecordFormat {
  return recordFormats.some((format) => format === word);
}

/** A row with what ties it to the chain. */
export interface ProvenRow extends TrailRow {
  /** SHA-256 of salt and payload, as the event's header has it. */
  readonly digest: string;
  /** SHA-256 of the header: what the next event of the stream and the checkpoint's tree rest on. */
  readonly headerHash: string;
  /** The checkpoint covers it. */
  readonly isSigned: boolean;
}

/** What an export is proven by. */
export interface Proof {
  /** `cp 41 7f3a9c21`; empty while the journal has none. */
  readonly short: string;
  readonly root: string;
  readonly publicKey: string;
}

export const exportsStream = 'record/exports';

/** Somebody took a record out. */
export interface RecordExported extends Event {
  readonly type: 'RecordExported';
  readonly v: 1;
  /** The incident, or the operation that was asked outside any. */
  readonly thread: string;
  readonly format: RecordFormat;
  /** SHA-256 of the bytes that were handed out. */
  readonly digest: string;
  /** Empty for a program, and on the host. */
  readonly person: string;
  readonly where: Origin;
}
