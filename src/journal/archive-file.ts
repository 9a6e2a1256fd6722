import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { JournalArchived } from '../core/archive.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { parseHeader, SALT_BYTES, sha256 } from './chain.ts';
import type { ExportedEvent } from './export.ts';
import { syncFolderNow } from './files.ts';

/** A file of old payloads: a line of JSON about it, then one for each event, in the order of positions. */
export const ARCHIVE_FORMAT = 'tocsin-archive/1';

export type ArchiveFacts = Pick<
  JournalArchived,
  'number' | 'digest' | 'from' | 'to' | 'events' | 'streams' | 'checkpoint'
>;

/** `tocsin.db-000012.archive` */
export function archiveName(journal: string, number: number): string {
  return `${basename(journal)}-${String(number).padStart(6, '0')}.archive`;
}

/** The first line. Its bytes follow from the event on record, so a changed one is no other file's. */
export function archiveHead(facts: ArchiveFacts): string {
  const { number, digest, from, to, events, streams, checkpoint } = facts;
  return JSON.stringify({
    format: ARCHIVE_FORMAT,
    number,
    digest,
    from,
    to,
    events,
    streams,
    checkpoint: { number: checkpoint.number, digest: checkpoint.digest },
  });
}

/** What the digest of a file is over; whoever erases a payload in it changes none of this. */
export class ArchiveDigest {
  readonly #hash = createHash('sha256');
  events = 0;

  add(position: number, digest: string): void {
    this.#hash.update(`${position} ${digest}\n`);
    this.events += 1;
  }

  hex(): string {
    return this.#hash.copy().digest('hex');
  }
}

export function archiveLine({ position, header, salt, payload }: ExportedEvent): string {
  return JSON.stringify({ position, header, salt, payload });
}

/** The event in a line that is byte for byte one that this program writes. */
export function archivedLine(line: string): ExportedEvent | undefined {
  try {
    const { position, header, salt, payload } = JSON.parse(line);
    const bodies = [salt, payload];
    const isBody =
      bodies.every((each) => typeof each === 'string') || bodies.every((each) => each === null);
    if (typeof position !== 'number' || typeof header !== 'string' || !isBody) return undefined;
    const event: ExportedEvent = { position, header, salt, payload };
    return archiveLine(event) === line ? event : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the payload is the one of the header, or was erased. */
export function isBodyOf({ header, salt, payload }: ExportedEvent): boolean {
  if (salt === null || payload === null) return true;
  return sha256(bodyBytes(salt, payload)) === parseHeader(Buffer.from(header))?.digest;
}

export function bodyBytes(salt: string, payload: string): Buffer {
  return Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(payload)]);
}

export function lineOf(position: number, header: Uint8Array, body: Uint8Array): string {
  const bytes = Buffer.from(body);
  return archiveLine({
    position,
    header: Buffer.from(header).toString('utf8'),
    salt: bytes.toString('hex', 0, SALT_BYTES),
    payload: bytes.toString('utf8', SALT_BYTES),
  });
}

/** Writes a file whole: it has its name only once all of it is on disk, and nobody changes it by accident. */
export function writeArchive(path: string, lines: Iterable<string>): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  const file = openSync(fresh, 'wx', 0o400);
  try {
    for (const line of lines) writeSync(file, `${line}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  syncFolderNow(dirname(path));
}

export function makeArchiveFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Line by line, without the whole of it in memory. A last line that has no end is one too. */
export function* archiveLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(256 * 1024);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const count = readSync(file, chunk, 0, chunk.length, null);
      if (count === 0) break;
      rest = Buffer.concat([rest, chunk.subarray(0, count)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        yield rest.toString('utf8', 0, end);
        rest = rest.subarray(end + 1);
      }
    }
    if (rest.length > 0) yield `${rest.toString('utf8')}\u0000`;
  } finally {
    closeSync(file);
  }
}

/** The payloads of one file by position. Of a file that is not the one on record, nothing is believed. */
export function readArchive(folder: string, event: JournalArchived): Map<number, ExportedEvent> {
  const path = join(folder, event.file);
  const facts = { file: path, number: event.number };
  if (!existsSync(path)) throw new ProblemError(problem('ARCHIVE_MISSING', facts));
  const [head, ...lines] = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  if (head !== archiveHead(event)) throw new ProblemError(problem('ARCHIVE_SWAPPED', facts));
  const read = new Map<number, ExportedEvent>();
  const digest = new ArchiveDigest();
  for (const line of lines) {
    const each = archivedLine(line);
    if (each === undefined || !isBodyOf(each))
      throw new ProblemError(
        problem('ARCHIVE_CHANGED', {
          ...facts,
          position: each?.position ?? 0,
          line: read.size + 2,
        }),
      );
    digest.add(each.position, parseHeader(Buffer.from(each.header))?.digest ?? '');
    read.set(each.position, each);
  }
  if (digest.hex() !== event.digest)
    throw new ProblemError(problem('ARCHIVE_INCOMPLETE', { ...facts, position: 0 }));
  return read;
}

/** Deletes what a crash left of a file that is on no record: its payloads stand in the journal, and may be erased there. */
export function dropLeftover(
  path: string,
  isOurs: (checkpoint: number, digest: string) => boolean,
) {
  rmSync(`${path}.new`, { force: true });
  const named = checkpointOf(path);
  if (named !== undefined && isOurs(named.number, named.digest)) rmSync(path);
}

/** The checkpoint that a file names in its first line. */
export function checkpointOf(path: string): JournalArchived['checkpoint'] | undefined {
  if (!existsSync(path)) return undefined;
  const [head = ''] = archiveLines(path);
  const [, number, digest = ''] =
    /"checkpoint":\{"number":(\d+),"digest":"([0-9a-f]{64})"\}\}$/.exec(head) ?? [];
  return number === undefined ? undefined : { number: Number(number), digest };
}

/** Takes one payload out for ever; the rest of the file, and its digest on record, stay. */
export function eraseInArchive(folder: string, event: JournalArchived, position: number): void {
  const read = readArchive(folder, event);
  const found = read.get(position);
  if (found === undefined || found.payload === null) return;
  read.set(position, { ...found, salt: null, payload: null });
  writeArchive(join(folder, event.file), [
    archiveHead(event),
    ...[...read.values()].map(archiveLine),
  ]);
}
