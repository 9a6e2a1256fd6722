import type { Recorded } from '../core/event.ts';
import { type Problem, ProblemError, problem } from '../core/problem.ts';
import { parseHeader, SALT_BYTES, sha256 } from './chain.ts';
import { digestOf, isPublished, isSigned, type PublishedCheckpoint } from './checkpoint.ts';
import { recordedFrom } from './decode.ts';
import { MerkleTree, type ProofStep, rootOfProof } from './merkle.ts';
import { publicKeysIn, type Witness, witnessesIn } from './witness.ts';

export const EXPORT_FORMAT = 'tocsin-export/1';

/** Some streams whole, with all that a third party needs to check them without the journal. */
export interface JournalExport {
  readonly format: typeof EXPORT_FORMAT;
  /** The checkpoint that the proofs lead to; null when the journal has none yet. */
  readonly checkpoint: PublishedCheckpoint | null;
  readonly streams: readonly ExportedStream[];
}

export interface ExportedStream {
  readonly stream: string;
  readonly events: readonly ExportedEvent[];
  /** Of the newest event that the checkpoint covers; null when it covers none. */
  readonly proof: { readonly version: number; readonly steps: readonly ProofStep[] } | null;
}

export interface ExportedEvent {
  readonly position: number;
  /** The exact text of the header: its UTF-8 bytes are what the next event's `prev` is the SHA-256 of. */
  readonly header: string;
  /** Hex. The header's `digest` is the SHA-256 of salt and payload. Both null where erased. */
  readonly salt: string | null;
  readonly payload: string | null;
}

/** What an export is made from. */
export interface ExportSource {
  checkpoint(): PublishedCheckpoint | undefined;
  stream(
    name: string,
  ): readonly { position: number; header: Uint8Array; body: Uint8Array | null }[];
  /** Header hashes by position, from the first. */
  headerHashes(upTo: number): Iterable<string>;
}

export interface ExportReport {
  readonly ok: boolean;
  readonly events: number;
  readonly erased: number;
  /** Events newer than the checkpoint: chained, not signed. */
  readonly unsigned: number;
  readonly checkpoint: PublishedCheckpoint | undefined;
  readonly finding: Problem | undefined;
  readonly cannotKnow: readonly Problem[];
}

export function makeExport(source: ExportSource, names: readonly string[]): JournalExport {
  const checkpoint = source.checkpoint() ?? null;
  const wanted = new Map<number, ProofStep[]>();
  const streams = names.map((stream): ExportedStream => {
    const stored = source.stream(stream);
    if (stored.length === 0) throw new ProblemError(problem('STREAM_NOT_FOUND', { stream }));
    const covered = stored.findLastIndex(({ position }) => position <= (checkpoint?.position ?? 0));
    const steps: ProofStep[] = [];
    if (covered >= 0) wanted.set(stored[covered]?.position ?? 0, steps);
    return {
      stream,
      events: stored.map(exported),
      proof: covered < 0 ? null : { version: covered + 1, steps },
    };
  });
  if (checkpoint !== null) collectProofs(source, checkpoint.position, wanted);
  return { format: EXPORT_FORMAT, checkpoint, streams };
}

/** An event of an export, read, with the hashes that tie it to the chain. */
export interface ReadEvent {
  readonly recorded: Recorded;
  /** Of salt and payload, as its header says. */
  readonly digest: string;
  readonly headerHash: string;
  readonly isSigned: boolean;
}

/** What an export says, stream by stream. Whoever did not make it verifies it first. */
export function readExport({
  streams,
  checkpoint,
}: JournalExport): readonly (readonly ReadEvent[])[] {
  return streams.map(({ events }) =>
    events.flatMap(({ position, header: text, payload }) => {
      const bytes = Buffer.from(text);
      const header = parseHeader(bytes);
      if (header === undefined) return [];
      const recorded = recordedFrom({ ...header, position, payload }, {});
      const isSigned = position <= (checkpoint?.position ?? 0);
      return [{ recorded, digest: header.digest, headerHash: sha256(bytes), isSigned }];
    }),
  );
}

/** Checks an export by itself: no journal, no network, only the document and what its holder was given elsewhere. */
export function verifyExport(
  document: unknown,
  given: { publicKey?: string; checkpoint?: string } = {},
): ExportReport {
  if (!isExport(document)) return report({ finding: problem('EXPORT_UNREADABLE') });
  const { checkpoint, streams } = document;
  const witnesses =
    given.checkpoint === undefined ? [] : witnessesIn(given.checkpoint, 'checkpoint');
  const keys = [
    ...(given.publicKey === undefined ? [] : publicKeysIn(given.publicKey)),
    ...witnesses.flatMap((witness) => witness.publicKey ?? []),
  ];
  const cannotKnow = [
    ...(keys.length === 0 ? [problem('VERIFY_KEY_NOT_GIVEN')] : []),
    ...(witnesses.length === 0 ? [problem('VERIFY_NO_WITNESS')] : []),
    problem('EXPORT_MAY_END_EARLY'),
  ];
  const finding =
    checkCheckpoint(checkpoint, keys, witnesses) ??
    streams.map((stream) => checkStream(stream, checkpoint)).find((each) => each !== undefined);
  const events = streams.flatMap((stream) => stream.events);
  return report({
    finding,
    cannotKnow,
    events: events.length,
    erased: events.filter(({ payload }) => payload === null).length,
    unsigned: events.filter(({ position }) => position > (checkpoint?.position ?? 0)).length,
    checkpoint: checkpoint ?? undefined,
  });
}

function report(known: Partial<ExportReport>): ExportReport {
  const { finding, events = 0, erased = 0, unsigned = 0, checkpoint, cannotKnow = [] } = known;
  return { ok: finding === undefined, events, erased, unsigned, checkpoint, finding, cannotKnow };
}

function exported(stored: {
  position: number;
  header: Uint8Array;
  body: Uint8Array | null;
}): ExportedEvent {
  const { position, body } = stored;
  const header = Buffer.from(stored.header).toString('utf8');
  if (body === null) return { position, header, salt: null, payload: null };
  const bytes = Buffer.from(body);
  return {
    position,
    header,
    salt: bytes.toString('hex', 0, SALT_BYTES),
    payload: bytes.toString('utf8', SALT_BYTES),
  };
}

function collectProofs(
  source: ExportSource,
  upTo: number,
  wanted: ReadonlyMap<number, ProofStep[]>,
): void {
  const tree = new MerkleTree();
  for (const hash of source.headerHashes(upTo)) tree.add(hash, wanted.get(tree.size + 1));
  tree.root();
}

function checkCheckpoint(
  checkpoint: PublishedCheckpoint | null,
  keys: readonly string[],
  witnesses: readonly Witness[],
): Problem | undefined {
  if (checkpoint === null) return undefined;
  const { number, position, publicKey } = checkpoint;
  if (digestOf(checkpoint) !== checkpoint.digest || !isSigned(checkpoint)) {
    return problem('JOURNAL_CHECKPOINT_INVALID', { number, position });
  }
  if (keys.length > 0 && !keys.includes(publicKey))
    return problem('JOURNAL_KEY_UNKNOWN', { number, position, publicKey });
  const other = witnesses.find(
    (each) => each.number === number && !checkpoint.digest.startsWith(each.digest),
  );
  return other === undefined
    ? undefined
    : problem('JOURNAL_HISTORY_REWRITTEN', { number, afterCheckpoint: 0 });
}

function checkStream(
  { stream, events, proof }: ExportedStream,
  checkpoint: PublishedCheckpoint | null,
): Problem | undefined {
  let prev = '';
  let proven = '';
  for (const [index, event] of events.entries()) {
    const version = index + 1;
    const facts = { stream, version, position: event.position };
    const header = parseHeader(Buffer.from(event.header));
    if (header === undefined || header.stream !== stream)
      return problem('JOURNAL_EVENT_CHANGED', { ...facts, what: 'header' });
    if (header.version > version) return problem('JOURNAL_EVENT_MISSING', facts);
    if (header.version < version) return problem('JOURNAL_EVENT_DUPLICATED', facts);
    if (header.prev !== prev) return problem('JOURNAL_EVENT_CHANGED', { ...facts, what: 'header' });
    if (event.payload !== null && digestOfBody(event) !== header.digest) {
      return problem('JOURNAL_EVENT_CHANGED', { ...facts, what: 'payload' });
    }
    prev = sha256(Buffer.from(event.header));
    if (version === proof?.version) proven = prev;
  }
  const covered = events.filter(({ position }) => position <= (checkpoint?.position ?? 0)).length;
  if (covered === 0 && proof === null) return undefined;
  const fits = proof?.version === covered && rootOfProof(proven, proof.steps) === checkpoint?.root;
  return fits
    ? undefined
    : problem('EXPORT_NOT_PROVEN', { stream, number: checkpoint?.number ?? 0 });
}

function digestOfBody({ salt, payload }: ExportedEvent): string {
  return sha256(Buffer.concat([Buffer.from(salt ?? '', 'hex'), Buffer.from(payload ?? '')]));
}

/** Whether it has the form of one; what it says is `verifyExport`'s to judge. */
export function isExport(value: unknown): value is JournalExport {
  if (typeof value !== 'object' || value === null) return false;
  const { format, checkpoint, streams }: Partial<Record<keyof JournalExport, unknown>> = value;
  const known = format === EXPORT_FORMAT && (checkpoint === null || isPublished(checkpoint));
  return known && Array.isArray(streams) && streams.every(isExportedStream);
}

function isExportedStream(value: unknown): value is ExportedStream {
  if (typeof value !== 'object' || value === null) return false;
  const { stream, events, proof }: Partial<Record<keyof ExportedStream, unknown>> = value;
  return (
    typeof stream === 'string' &&
    Array.isArray(events) &&
    events.every(isExportedEvent) &&
    isProof(proof)
  );
}

function isExportedEvent(value: unknown): value is ExportedEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { position, header, salt, payload }: Partial<Record<keyof ExportedEvent, unknown>> = value;
  const body =
    (typeof salt === 'string' && typeof payload === 'string') ||
    (salt === null && payload === null);
  return typeof position === 'number' && typeof header === 'string' && body;
}

function isProof(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  const { version, steps }: { version?: unknown; steps?: unknown } = value;
  return typeof version === 'number' && Array.isArray(steps) && steps.every(isStep);
}

function isStep(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { side, hash }: { side?: unknown; hash?: unknown } = value;
  return (side === 'left' || side === 'right') && typeof hash === 'string';
}
