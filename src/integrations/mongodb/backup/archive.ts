import { ProblemError, problem } from '../../../core/problem.ts';
import { type Crc, createCrc } from './crc.ts';

/*
 * What `mongodump --archive` writes: a prelude that names the collections, then blocks of documents, each of one collection, and for
 * each collection a last one that holds the checksum of all its documents.
 * https://github.com/mongodb/mongo-tools/blob/master/common/archive/spec.md
 */

const magic = 0x8199e26d;
const terminator = -1;
/** 16 MiB for documents of people, and some more for those of servers. */
const documentMax = 16 * 1024 * 1024 + 16 * 1024;
const documentMin = 5;

/** Documents by collection: `checkout.orders` → 12; those of the oplog as `oplog`. */
export type Documents = Readonly<Record<string, number>>;

export interface ArchiveReader {
  /** Rejects with BACKUP_PROGRAM_FAILED where it is no archive. */
  feed(chunk: Uint8Array): void;
  /** To be called at its end; throws where it was cut. */
  end(): Documents;
}

export interface Blocks {
  /** A document of BSON. */
  readonly parse: (bytes: Uint8Array) => Document;
  /** Whether checksums are computed: whoever makes a copy believes the program that makes it. */
  readonly sums: boolean;
}

type Stage = 'magic' | 'header' | 'metadata' | 'between' | 'documents' | 'last';

interface Collection {
  documents: number;
  isWhole: boolean;
  readonly sum?: Crc;
}

interface Reading extends Blocks {
  stage: Stage;
  readonly collections: Map<string, Collection>;
  /** Whose documents come. */
  current?: Collection | undefined;
  /** The four bytes that say how long what follows is, and how many of them are there. */
  readonly word: Buffer;
  filled: number;
  /** A document that is read, of the archive itself. */
  held?: { readonly bytes: Buffer; filled: number } | undefined;
  /** Bytes of one that is passed over. */
  left: number;
}

export function createArchiveReader(blocks: Blocks): ArchiveReader {
  const reading: Reading = {
    ...blocks,
    stage: 'magic',
    collections: new Map(),
    word: Buffer.alloc(4),
    filled: 0,
    left: 0,
  };
  return {
    feed(chunk) {
      for (let at = 0; at < chunk.length; ) at += advance(reading, chunk.subarray(at));
    },
    end() {
      const { stage, filled, held, collections } = reading;
      if (stage !== 'between' || filled > 0 || held) {
        throw broken('it ends in the middle: it was cut');
      }
      for (const [name, { isWhole }] of collections) {
        if (!isWhole) throw broken(`it ends before ${name} does: it was cut`);
      }
      return Object.fromEntries(
        [...collections]
          .map(([name, { documents }]) => [name, documents] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
  };
}

/** Goes on by what comes next, and says how much of it was used. */
function advance(reading: Reading, chunk: Uint8Array): number {
  const { held, word } = reading;
  if (reading.left > 0) return passOver(reading, chunk.subarray(0, reading.left));
  if (held) {
    const part = chunk.subarray(0, held.bytes.length - held.filled);
    held.bytes.set(part, held.filled);
    held.filled += part.length;
    if (held.filled === held.bytes.length) {
      reading.held = undefined;
      take(reading, parsed(held.bytes, reading.parse));
    }
    return part.length;
  }
  const part = chunk.subarray(0, word.length - reading.filled);
  word.set(part, reading.filled);
  reading.filled += part.length;
  if (reading.filled === word.length) {
    reading.filled = 0;
    begin(reading);
  }
  return part.length;
}

function passOver(reading: Reading, part: Uint8Array): number {
  const { current } = reading;
  current?.sum?.update(part);
  reading.left -= part.length;
  if (reading.left === 0) {
    if (part.at(-1) !== 0) throw broken('a document does not end as one does');
    if (current) current.documents += 1;
  }
  return part.length;
}

/** A word is the magic number, the end of a block, or how long a document is. */
function begin(reading: Reading): void {
  const { stage, word, current } = reading;
  const size = word.readInt32LE(0);
  if (stage === 'magic') {
    if (word.readUInt32LE(0) !== magic) throw broken('it does not begin as an archive does');
    reading.stage = 'header';
  } else if (size === terminator) {
    if (stage === 'header' || stage === 'between') throw broken('a block has no beginning');
    reading.stage = 'between';
    reading.current = undefined;
  } else if (size < documentMin || size > documentMax) {
    throw broken('a document has no size');
  } else if (stage === 'last') {
    throw broken('a collection goes on behind its end');
  } else if (stage === 'documents') {
    current?.sum?.update(word);
    reading.left = size - word.length;
  } else {
    const bytes = Buffer.alloc(size);
    word.copy(bytes);
    reading.held = { bytes, filled: word.length };
  }
}

type Document = Readonly<Record<string, unknown>>;

function take(reading: Reading, document: Document): void {
  if (reading.stage === 'header') {
    if (document['version'] !== '0.1') throw broken('it is of a version that nobody knows');
    reading.stage = 'metadata';
  } else if (reading.stage === 'between') {
    beginBlock(reading, document);
  }
}

function beginBlock(reading: Reading, header: Document): void {
  const { collections, sums } = reading;
  const name = nameIn(header);
  const known = collections.get(name);
  if (known?.isWhole) throw broken(`${name} goes on behind its end`);
  const collection: Collection = known ?? {
    documents: 0,
    isWhole: false,
    ...(sums && { sum: createCrc() }),
  };
  collections.set(name, collection);
  if (header['EOF'] !== true) {
    reading.current = collection;
    reading.stage = 'documents';
    return;
  }
  collection.isWhole = true;
  const { sum } = collection;
  if (sum && sum.value() !== sumIn(header)) {
    throw broken(`the documents of ${name} do not have their checksum`);
  }
  reading.stage = 'last';
}

function sumIn(header: Document): bigint {
  const written = String(header['CRC']);
  return /^-?\d+$/.test(written) ? BigInt.asUintN(64, BigInt(written)) : -1n;
}

function parsed(bytes: Buffer, parse: Blocks['parse']) {
  try {
    return parse(bytes);
  } catch {
    throw broken('a document cannot be read');
  }
}

/** The oplog has no database. */
function nameIn(header: Document): string {
  const [db, collection] = [header['db'], header['collection']];
  if (typeof db !== 'string' || typeof collection !== 'string' || collection === '') {
    throw broken('a block does not say whose it is');
  }
  return db === '' ? collection : `${db}.${collection}`;
}

function broken(why: string): ProblemError {
  return new ProblemError(problem('BACKUP_PROGRAM_FAILED', { program: 'the archive', why }));
}
