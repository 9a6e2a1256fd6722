import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isJournalArchived, type JournalArchived } from '../core/archive.ts';
import { type Problem, problem } from '../core/problem.ts';
import {
  ArchiveDigest,
  archivedLine,
  archiveHead,
  archiveLines,
  isBodyOf,
} from './archive-file.ts';
import { type Mark, markIn } from './archive-mark.ts';
import { parseHeader, payloadOf } from './chain.ts';
import type { StoredEvent, VerifySource } from './verify.ts';

export interface ArchivedSeen {
  readonly events: number;
  readonly files: number;
  /** Number of the checkpoint that all of them lie behind. */
  readonly checkpoint: number;
}

interface Tally {
  readonly digest: ArchiveDigest;
  readonly positions: number[];
}

interface LineFacts {
  readonly file: string;
  readonly number: number;
  readonly position: number;
  readonly line: number;
  readonly [fact: string]: string | number;
}

/** The part of a verification that is about payloads in files: of each file its marks, its event and, if at hand, itself. */
export class ArchiveCheck {
  readonly #source: VerifySource;
  readonly #folder: string | undefined;
  /** Marks of files whose event has not come yet. */
  readonly #open = new Map<number, Tally>();
  #events = 0;
  #files = 0;
  #checkpoint = 0;

  constructor(source: VerifySource, folder: string | undefined) {
    this.#source = source;
    this.#folder = folder;
  }

  get seen(): ArchivedSeen | undefined {
    if (this.#files === 0) return undefined;
    return { events: this.#events, files: this.#files, checkpoint: this.#checkpoint };
  }

  /** Where a body was; the digest is the one of its header. */
  marked({ position }: StoredEvent, digest: string, { number }: Mark): void {
    const tally = this.#open.get(number) ?? { digest: new ArchiveDigest(), positions: [] };
    tally.digest.add(position, digest);
    tally.positions.push(position);
    this.#open.set(number, tally);
  }

  /** The event stands behind everything that it says went. */
  check({ version, position, body }: StoredEvent): Problem | undefined {
    const event: unknown = body === null ? undefined : JSON.parse(payloadOf(body));
    const tally = this.#open.get(version);
    const facts = { number: version, position };
    if (!isJournalArchived(event) || event.number !== version || tally === undefined)
      return problem('JOURNAL_ARCHIVE_DIFFERS', facts);
    if (tally.positions.length !== event.events || tally.digest.hex() !== event.digest)
      return this.#folder === undefined
        ? problem('JOURNAL_ARCHIVE_DIFFERS', facts)
        : (this.#checkFile(event, tally) ?? problem('JOURNAL_ARCHIVE_DIFFERS', facts));
    this.#open.delete(version);
    this.#files += 1;
    this.#events += event.events;
    this.#checkpoint = event.checkpoint.number;
    return this.#folder === undefined ? undefined : this.#checkFile(event, tally);
  }

  /** A payload that is said to be in a file that is on no record. */
  unrecorded(): Problem | undefined {
    const positions = [...this.#open.values()].flatMap((tally) => tally.positions.slice(0, 1));
    if (positions.length === 0) return undefined;
    const position = Math.min(...positions);
    const header = parseHeader(this.#source.stored(position)?.header ?? new Uint8Array());
    const { stream = '', version = 0 } = header ?? {};
    return problem('JOURNAL_PAYLOAD_MISSING', { stream, version, position });
  }

  cannotKnow(): Problem[] {
    if (this.#files === 0 || this.#folder !== undefined) return [];
    return [problem('VERIFY_ARCHIVE_NOT_GIVEN', { events: this.#events, files: this.#files })];
  }

  #checkFile(event: JournalArchived, { positions }: Tally): Problem | undefined {
    const file = join(this.#folder ?? '', event.file);
    const facts = { file, number: event.number };
    if (!existsSync(file)) return problem('ARCHIVE_MISSING', facts);
    let line = 0;
    for (const text of archiveLines(file)) {
      line += 1;
      if (line === 1) {
        if (text !== archiveHead(event)) return problem('ARCHIVE_SWAPPED', facts);
        continue;
      }
      const expected = positions[line - 2];
      if (expected === undefined)
        return problem('ARCHIVE_CHANGED', { ...facts, position: event.to, line });
      const found = this.#checkLine(text, { ...facts, position: expected, line });
      if (found !== undefined) return found;
    }
    const lost = positions[Math.max(line - 1, 0)];
    return lost === undefined
      ? undefined
      : problem('ARCHIVE_INCOMPLETE', { ...facts, position: lost });
  }

  #checkLine(text: string, facts: LineFacts): Problem | undefined {
    const { position, number } = facts;
    const changed = problem('ARCHIVE_CHANGED', facts);
    const event = archivedLine(text);
    if (event === undefined || !isBodyOf(event)) return changed;
    // The next one stands where this one should: a line was taken out.
    if (event.position > position) return problem('ARCHIVE_INCOMPLETE', facts);
    const stored = this.#source.stored(position);
    const mark = stored?.body == null ? undefined : markIn(stored.body);
    const isSame = stored !== undefined && Buffer.from(stored.header).toString() === event.header;
    if (event.position !== position || !isSame || mark?.number !== number) return changed;
    const isErased = mark.kind === 'erased';
    if (isErased && event.payload !== null) return problem('ARCHIVE_HOLDS_ERASED', facts);
    return !isErased && event.payload === null ? changed : undefined;
  }
}
