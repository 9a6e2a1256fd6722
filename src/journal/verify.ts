import { ARCHIVES } from '../core/archive.ts';
import { type Problem, problem } from '../core/problem.ts';
import { ArchiveCheck, type ArchivedSeen } from './archive-check.ts';
import { type Mark, markIn } from './archive-mark.ts';
import { type Header, parseHeader, payloadOf, sha256 } from './chain.ts';
import {
  CHECKPOINTS,
  type CheckpointTaken,
  isCheckpointTaken,
  isSigned,
  type PublishedCheckpoint,
  publish,
  shortOf,
} from './checkpoint.ts';
import { MerkleTree } from './merkle.ts';
import type { Witness } from './witness.ts';

/** A stored event as bytes, before anything in it is believed. */
export interface StoredEvent {
  readonly position: number;
  /** Where the store files it; the header must say the same. */
  readonly stream: string;
  readonly version: number;
  readonly header: Uint8Array;
  /** Salt and payload; null where erased. */
  readonly body: Uint8Array | null;
}

/** A store, read for verification in one consistent state. Memory stays the same whatever the journal's length. */
export interface VerifySource {
  /** All events by position. */
  events(): Iterable<StoredEvent>;
  /** What the store files under a stream and version: the earliest by position. */
  filed(
    stream: string,
    version: number,
  ): { readonly position: number; readonly header: Uint8Array } | undefined;
  /** The first position of a cause. */
  causePosition(cause: string): number | undefined;
  /** What stands at a position. */
  stored(
    position: number,
  ): { readonly header: Uint8Array; readonly body: Uint8Array | null } | undefined;
  /** Whether the erasure of an event's payload is on record. */
  isErased(stream: string, version: number): boolean;
}

export interface VerifyOptions {
  /** Kept outside: they find a cut tail, a vanished stream and a history written anew. */
  readonly witnesses: readonly Witness[];
  /** Keys that may sign (base64url). None: any, and the report says so. */
  readonly publicKeys: readonly string[];
  /** The folder of the archive; undefined where it is not at hand. */
  readonly archive?: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly events: number;
  readonly streams: number;
  readonly erased: number;
  /** Payloads that went into files, behind which checkpoint the last of them; undefined where none did. */
  readonly archived: ArchivedSeen | undefined;
  readonly position: number;
  /** The newest checkpoint that fits what stands before it. */
  readonly checkpoint: PublishedCheckpoint | undefined;
  /** The keys that signed. */
  readonly publicKeys: readonly string[];
  /** The first thing that is wrong, by position. */
  readonly finding: Problem | undefined;
  /** What this verification could not know, whatever it found. */
  readonly cannotKnow: readonly Problem[];
}

export function verifyEvents(source: VerifySource, options: VerifyOptions): VerifyReport {
  const run = new Verification(source, options);
  for (const event of source.events()) {
    run.take(event);
    if (run.finding !== undefined) break;
  }
  return run.report();
}

interface Head {
  readonly version: number;
  readonly hash: string;
}

const HEADS_MAX = 20_000;

class Verification {
  finding: Problem | undefined;
  readonly #source: VerifySource;
  readonly #options: VerifyOptions;
  readonly #heads = new Map<string, Head>();
  readonly #tree = new MerkleTree();
  readonly #keys = new Set<string>();
  readonly #confirmed = new Set<Witness>();
  #gap: number | undefined;
  /** A checkpoint that does not fit, and where: kept while the events after it may still say which one was touched. */
  #suspect: { readonly finding: Problem; readonly position: number } | undefined;
  /** An event earlier than the one before it: one of them was moved or changed, and a link or a checkpoint may say which. */
  #outOfTime: Problem | undefined;
  #previousDigest = '';
  #events = 0;
  #streams = 0;
  #erased = 0;
  readonly #archives: ArchiveCheck;
  #position = 0;
  #at = 0;
  #cause = '';
  #checkpoint: PublishedCheckpoint | undefined;

  constructor(source: VerifySource, options: VerifyOptions) {
    this.#source = source;
    this.#archives = new ArchiveCheck(source, options.archive);
    this.#options = options;
  }

  take(event: StoredEvent): void {
    if (this.#gap === undefined && event.position !== this.#position + 1)
      this.#gap = this.#position + 1;
    const header = parseHeader(event.header);
    if (this.#gap !== undefined) this.#nameMissing(header);
    else
      this.finding = header === undefined ? changed(event, 'header') : this.#check(event, header);
    this.#position = event.position;
    this.#events += 1;
  }

  report(): VerifyReport {
    if (this.#gap !== undefined) {
      this.finding ??= problem('JOURNAL_EVENT_MISSING', { position: this.#gap });
    }
    this.finding ??= this.#archives.unrecorded();
    this.finding = this.#first(this.finding) ?? this.#outOfTime ?? this.#checkWitnesses();
    return {
      ok: this.finding === undefined,
      events: this.#events,
      streams: this.#streams,
      erased: this.#erased,
      archived: this.#archives.seen,
      position: this.#position,
      checkpoint: this.#checkpoint,
      publicKeys: [...this.#keys],
      finding: this.finding,
      cannotKnow: this.#cannotKnow(),
    };
  }

  #check(event: StoredEvent, header: Header): Problem | undefined {
    const hash = sha256(event.header);
    const found =
      this.#checkPlace(event, header) ??
      this.#checkChain(event, header) ??
      this.#checkBody(event, header) ??
      this.#checkCause(event, header);
    if (found !== undefined) return found;
    // The checkpoint speaks of what stands before it, so it is judged before it joins the tree.
    const unfit =
      header.stream === CHECKPOINTS
        ? this.#checkCheckpoint(event, header)
        : header.stream === ARCHIVES
          ? this.#archives.check(event)
          : undefined;
    this.#tree.add(hash);
    this.#remember(header.stream, { version: header.version, hash });
    if (header.version === 1) this.#streams += 1;
    this.#at = header.at;
    this.#cause = header.cause;
    return unfit;
  }

  /** Version after version, at the place where the store files it, in the order of time. */
  #checkPlace(event: StoredEvent, header: Header): Problem | undefined {
    const { stream, version } = header;
    const facts = { stream, version, position: event.position };
    const inPlace = stream === event.stream && version === event.version;
    const seen = this.#heads.get(stream)?.version;
    if (header.at < this.#at) this.#outOfTime ??= problem('JOURNAL_EVENT_REORDERED', facts);
    if (inPlace && seen === version - 1) return undefined;
    if (!inPlace && !this.#isGenuine(event, header)) return changed(event, 'header');
    const filed = this.#source.filed(stream, version);
    const earlier = filed !== undefined && filed.position < event.position;
    if (version <= (seen ?? 0) || earlier) return problem('JOURNAL_EVENT_DUPLICATED', facts);
    if (!inPlace) return problem('JOURNAL_EVENT_REORDERED', facts);
    const before = version === 1 ? undefined : this.#source.filed(stream, version - 1);
    if (version > 1 && before === undefined)
      return missingBefore(this.#source, header, event.position);
    if (before !== undefined && before.position > event.position)
      return problem('JOURNAL_EVENT_REORDERED', facts);
    return undefined;
  }

  /** Whether the next event of the stream vouches for this header: then it was moved, not written over. */
  #isGenuine(event: StoredEvent, { stream, version }: Header): boolean {
    const next = this.#source.filed(stream, version + 1);
    return next !== undefined && parseHeader(next.header)?.prev === sha256(event.header);
  }

  #checkChain(event: StoredEvent, header: Header): Problem | undefined {
    const { stream, version } = header;
    if (header.prev === this.#hashBefore(stream, version)) return undefined;
    // Either this event or the one before it was changed: the next one vouches for this, a checkpoint for the other.
    const before = version === 1 ? undefined : this.#source.filed(stream, version - 1);
    const signed = this.#suspect === undefined ? (this.#checkpoint?.position ?? 0) : 0;
    if (before === undefined || before.position <= signed) return changed(event, 'header');
    const suspected = { stream, version: version - 1, position: before.position };
    if (this.#isGenuine(event, header)) return changed(suspected, 'header');
    const hasNext = this.#source.filed(stream, version + 1) !== undefined;
    return hasNext ? changed(event, 'header') : changed(suspected, 'header', { until: version });
  }

  #checkBody(event: StoredEvent, header: Header): Problem | undefined {
    const mark = event.body === null ? undefined : markIn(event.body);
    if (mark !== undefined) return this.#checkMark(event, header, mark);
    if (event.body !== null)
      return sha256(event.body) === header.digest ? undefined : changed(event, 'payload');
    const { stream, version, position } = event;
    if (!this.#source.isErased(stream, version))
      return problem('JOURNAL_PAYLOAD_MISSING', { stream, version, position });
    this.#erased += 1;
    return undefined;
  }

  #checkMark(event: StoredEvent, header: Header, mark: Mark): Problem | undefined {
    const { stream, version, position } = event;
    if (mark.kind === 'erased') {
      if (!this.#source.isErased(stream, version))
        return problem('JOURNAL_PAYLOAD_MISSING', { stream, version, position });
      this.#erased += 1;
    }
    this.#archives.marked(event, header.digest, mark);
    return undefined;
  }

  #checkCause(event: StoredEvent, header: Header): Problem | undefined {
    if (header.cause === this.#cause) return undefined;
    if (this.#source.causePosition(header.cause) === event.position) return undefined;
    const { stream, version, position } = event;
    return problem('JOURNAL_CAUSE_UNKNOWN', { stream, version, position, cause: header.cause });
  }

  #checkCheckpoint(event: StoredEvent, header: Header): Problem | undefined {
    const taken = checkpointIn(event.body);
    const { version, position } = event;
    const invalid = problem('JOURNAL_CHECKPOINT_INVALID', { number: version, position });
    if (taken === undefined || taken.number !== version || !isHeaderOf(header, taken))
      return invalid;
    const published = publish(taken, header.at);
    if (!isSigned(published) || published.previous !== this.#previousDigest) return invalid;
    this.#previousDigest = published.digest;
    const { publicKeys, witnesses } = this.#options;
    if (publicKeys.length > 0 && !publicKeys.includes(published.publicKey)) {
      return problem('JOURNAL_KEY_UNKNOWN', {
        number: version,
        position,
        publicKey: published.publicKey,
      });
    }
    if (published.position !== this.#tree.size || published.root !== this.#tree.root())
      this.#doubt(event);
    for (const witness of witnesses.filter(({ number }) => number === version)) {
      if (published.digest.startsWith(witness.digest)) this.#confirmed.add(witness);
      else this.#doubt(event);
    }
    this.#keys.add(published.publicKey);
    if (this.#suspect === undefined) this.#checkpoint = published;
    return undefined;
  }

  #checkWitnesses(): Problem | undefined {
    const [lost] = this.#options.witnesses
      .filter((witness) => !this.#confirmed.has(witness))
      .toSorted((one, other) => one.number - other.number);
    if (lost === undefined) return undefined;
    const { number, digest } = lost;
    const facts = { number, short: shortOf(number, digest), found: this.#position };
    return problem('JOURNAL_TAIL_CUT', {
      ...facts,
      afterCheckpoint: this.#checkpoint?.number ?? 0,
    });
  }

  #cannotKnow(): Problem[] {
    const unsigned =
      this.#position - (this.#checkpoint === undefined ? 0 : this.#checkpoint.position + 1);
    const after = this.#checkpoint?.number ?? 0;
    const unknown: Problem[] = this.#archives.cannotKnow();
    if (unsigned > 0)
      unknown.push(problem('VERIFY_TAIL_UNSIGNED', { events: unsigned, afterCheckpoint: after }));
    if (this.#options.witnesses.length === 0) unknown.push(problem('VERIFY_NO_WITNESS', {}));
    if (this.#options.publicKeys.length === 0) unknown.push(problem('VERIFY_KEY_NOT_GIVEN', {}));
    return unknown;
  }

  /** An event that can be named says more than the checkpoint after it that no longer fits. */
  #first(finding: Problem | undefined): Problem | undefined {
    const suspect = this.#suspect;
    if (finding === undefined || suspect === undefined) return finding ?? suspect?.finding;
    if (finding.code === 'JOURNAL_EVENT_MISSING') return finding;
    const position = finding.facts['position'];
    return typeof position === 'number' && position < suspect.position ? finding : suspect.finding;
  }

  /** All that stands after the newest checkpoint that fits is in doubt. */
  #doubt({ version, position }: StoredEvent): void {
    const facts = { number: version, afterCheckpoint: this.#checkpoint?.number ?? 0 };
    this.#suspect ??= { finding: problem('JOURNAL_HISTORY_REWRITTEN', facts), position };
  }

  /** A hole in the positions: the first stream that misses a version says which event it was. */
  #nameMissing(header: Header | undefined): void {
    if (header === undefined || header.version === 1) return;
    const { stream, version } = header;
    if (this.#source.filed(stream, version - 1) !== undefined) return;
    this.finding = problem('JOURNAL_EVENT_MISSING', {
      stream,
      version: version - 1,
      position: this.#gap ?? 0,
    });
  }

  #hashBefore(stream: string, version: number): string {
    if (version === 1) return '';
    const head = this.#heads.get(stream);
    if (head?.version === version - 1) return head.hash;
    const before = this.#source.filed(stream, version - 1);
    return before === undefined ? '' : sha256(before.header);
  }

  #remember(stream: string, head: Head): void {
    this.#heads.delete(stream);
    this.#heads.set(stream, head);
    if (this.#heads.size <= HEADS_MAX) return;
    for (const oldest of this.#heads.keys()) {
      this.#heads.delete(oldest);
      return;
    }
  }
}

function changed(
  { stream, version, position }: Pick<StoredEvent, 'stream' | 'version' | 'position'>,
  what: 'header' | 'payload',
  more: { readonly until?: number } = {},
): Problem {
  return problem('JOURNAL_EVENT_CHANGED', { stream, version, position, what, ...more });
}

/** The earliest version that is gone. */
function missingBefore(
  source: VerifySource,
  { stream, version }: Header,
  position: number,
): Problem {
  let first = version - 1;
  while (first > 1 && source.filed(stream, first - 1) === undefined) first -= 1;
  return problem('JOURNAL_EVENT_MISSING', { stream, version: first, position });
}

function checkpointIn(body: Uint8Array | null): CheckpointTaken | undefined {
  if (body === null) return undefined;
  try {
    const event: unknown = JSON.parse(payloadOf(body));
    return isCheckpointTaken(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing in the header of a checkpoint is free, so that even the newest one's can be checked. */
function isHeaderOf({ type, v, by, cause }: Header, taken: CheckpointTaken): boolean {
  return (
    type === taken.type &&
    v === taken.v &&
    by === 'tocsin' &&
    cause === `checkpoint/${taken.number}`
  );
}
