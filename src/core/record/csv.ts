import type { Proof, ProvenRow } from './format.ts';

/** One line a row, RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), with the digests that tie it to the chain. */
export function recordCsv(rows: readonly ProvenRow[], { short }: Proof): string {
  const lines = rows.map((row) => columns.map(([, of]) => cell(of(row, short))).join(','));
  return [columns.map(([name]) => name).join(','), ...lines, ''].join('\r\n');
}

type Column = readonly [name: string, of: (row: ProvenRow, checkpoint: string) => string];

const columns: readonly Column[] = [
  ['position', ({ position }) => String(position)],
  ['time', ({ at }) => new Date(at).toISOString()],
  ['stream', ({ stream }) => stream],
  ['version', ({ version }) => String(version)],
  ['event', ({ event }) => event],
  ['person', ({ person }) => person],
  ['surface', ({ surface }) => surface],
  ['workspace', ({ workspace }) => workspace],
  ['account', ({ account }) => account],
  ['session', ({ session }) => session],
  ['address', ({ ip }) => ip],
  ['operation', ({ operation }) => operation],
  ['step', ({ step }) => step],
  ['what', ({ what }) => what],
  ['target', ({ target }) => target],
  ['reason', ({ reason }) => reason],
  ['rule', ({ rule }) => rule],
  ['approvals', ({ approvals }) => approvals],
  ['outcome', ({ outcome }) => outcome],
  ['plan_hash', ({ hash }) => hash],
  ['output_sha256', ({ output }) => output],
  ['event_digest', ({ digest }) => digest],
  ['header_sha256', ({ headerHash }) => headerHash],
  ['checkpoint', ({ isSigned }, checkpoint) => (isSigned ? checkpoint : '')],
];

/**
 * A cell that begins like a formula would be run by whatever opens the file, and much of it was written by strangers:
 * an apostrophe makes it text. https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(text: string): string {
  const safe = /^[\s]*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
