import { createHash } from 'node:crypto';
import { recordCsv } from '../core/record/csv.ts';
import type { Proof, ProvenRow, RecordFormat } from '../core/record/format.ts';
import { trailOf } from '../core/record/trail.ts';
import { recordMarkdown } from '../core/view/record-page.ts';
import { type JournalExport, readExport } from '../journal/index.ts';

/** An export as text: whoever has the document can make the other formats of it again, byte for byte. */
export function recordText(thread: string, document: JournalExport, format: RecordFormat): string {
  if (format === 'json') return `${JSON.stringify(document, null, 2)}\n`;
  const rows = rowsOf(document);
  const { short = '', root = '', publicKey = '' } = document.checkpoint ?? {};
  const proof: Proof = { short, root, publicKey };
  return format === 'csv' ? recordCsv(rows, proof) : recordMarkdown(thread, rows, proof);
}

/** Whose record it is: the incident, or the operation that was asked outside any. */
export function threadOf({ streams }: JournalExport): string {
  const [first] = streams;
  return first === undefined ? '' : first.stream.slice(first.stream.indexOf('/') + 1);
}

function rowsOf(document: JournalExport): readonly ProvenRow[] {
  const streams = readExport(document);
  const ties = new Map(streams.flat().map((each) => [each.recorded.position, each]));
  const recorded = streams.map((events) => events.map((each) => each.recorded));
  return trailOf(recorded, sha256).flatMap((row) => {
    const tie = ties.get(row.position);
    if (tie === undefined) return [];
    const { digest, headerHash, isSigned } = tie;
    return [{ ...row, digest, headerHash, isSigned }];
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
