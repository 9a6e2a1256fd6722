import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ProblemError, problem } from '../../../core/problem.ts';
import { parseHeader, payloadOf, sha256 } from '../../chain.ts';
import {
  CHECKPOINTS,
  type CheckpointTaken,
  digestOf,
  isCheckpointTaken,
  isPublished,
  type PublishedCheckpoint,
  publish,
  type Signer,
  statementOf,
} from '../../checkpoint.ts';
import { MerkleTree } from '../../merkle.ts';
import { syncFolderOf } from './database.ts';
import type { AppendJob } from './protocol.ts';
import { bytesIn, bytesOrNullIn, DamagedRow } from './values.ts';
import type { Writer } from './writer.ts';

/** How many headers are read in one go when the tree has fallen behind. */
const STRIDE = 2_000;

/** Keeps the hash tree in step with the journal and signs its root. */
export class Checkpoints {
  readonly #path: string;
  readonly #writer: Writer;
  readonly #headers: StatementSync;
  readonly #byNumber: StatementSync;
  #tree: MerkleTree;
  #last: PublishedCheckpoint | undefined;

  constructor(db: DatabaseSync, writer: Writer, path: string) {
    this.#path = path;
    this.#writer = writer;
    this.#headers = db.prepare(
      'SELECT header FROM events WHERE position > ? ORDER BY position LIMIT ?',
    );
    this.#byNumber =
      db.prepare(`SELECT e.header, e.body FROM streams s JOIN events e ON e.stream = s.id
      WHERE s.name = '${CHECKPOINTS}' AND e.version = ?`);
    const newest = this.#stored(writer.versionOf(CHECKPOINTS));
    this.#last = newest?.published;
    this.#tree = (newest && treeOf(newest.event)) ?? new MerkleTree();
    this.#requireOwnTail();
  }

  get last(): PublishedCheckpoint | undefined {
    return this.#last;
  }

  /** Whether anything but the last checkpoint itself was written since. */
  get news(): boolean {
    return this.#writer.position > (this.#last === undefined ? 0 : this.#last.position + 1);
  }

  get behind(): boolean {
    return this.#tree.size < this.#writer.position;
  }

  /** Takes in the hashes just written, or some of those on disk when it is further behind. */
  follow(written: readonly string[]): void {
    if (this.#tree.size + written.length === this.#writer.position) {
      for (const each of written) this.#tree.add(each);
      return;
    }
    for (const row of this.#headers.iterate(this.#tree.size, STRIDE))
      this.#tree.add(sha256(bytesIn(row, 'header')));
  }

  /** Undefined when there is nothing new to sign. */
  take(signer: Signer, now: number): PublishedCheckpoint | undefined {
    if (!this.news) return undefined;
    while (this.behind) this.follow([]);
    const at = Math.max(now, this.#writer.at);
    const event = this.#sign(signer, at);
    this.#writer.append([jobFor(event)], at);
    this.follow(this.#writer.takeWrittenHashes());
    this.#last = publish(event, at);
    return this.#last;
  }

  /** The witness beside the file: a start that finds the journal behind it is refused. */
  keepBeside(checkpoint: PublishedCheckpoint): void {
    const path = `${this.#path}.checkpoint`;
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(checkpoint)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    syncFolderOf(path);
  }

  #sign(signer: Signer, at: number): CheckpointTaken {
    const number = (this.#last?.number ?? 0) + 1;
    const previous = this.#last?.digest ?? '';
    const position = this.#tree.size;
    const root = this.#tree.root();
    const frontier = this.#tree.frontier();
    const signature = signer.sign(statementOf({ number, position, at, root, previous }));
    const { publicKey } = signer;
    return {
      type: 'CheckpointTaken',
      v: 1,
      number,
      position,
      root,
      previous,
      frontier,
      publicKey,
      signature,
    };
  }

  #stored(number: number): { event: CheckpointTaken; published: PublishedCheckpoint } | undefined {
    const row = this.#byNumber.get(number);
    if (row === undefined) return undefined;
    const header = parseHeader(bytesIn(row, 'header'));
    const body = bytesOrNullIn(row, 'body');
    const event: unknown = body === null ? undefined : JSON.parse(payloadOf(body));
    if (header === undefined || !isCheckpointTaken(event)) throw new DamagedRow('header');
    return { event, published: publish(event, header.at) };
  }

  #requireOwnTail(): void {
    const outside = readOutside(`${this.#path}.checkpoint`);
    if (outside === undefined) return;
    if (this.#stored(outside.number)?.published.digest === outside.digest) return;
    const { number, position, short } = outside;
    const facts = { path: this.#path, number, position, short, found: this.#writer.position };
    throw new ProblemError(problem('JOURNAL_TAIL_LOST', facts));
  }
}

/** The tree as the newest checkpoint left it; undefined when its own root says otherwise, then it is built anew. */
function treeOf(event: CheckpointTaken): MerkleTree | undefined {
  const tree = MerkleTree.from(event.position, event.frontier);
  return tree?.root() === event.root ? tree : undefined;
}

function jobFor(event: CheckpointTaken): AppendJob {
  const { type, v, number } = event;
  return {
    cause: `checkpoint/${number}`,
    by: 'tocsin',
    urgent: true,
    fence: undefined,
    writes: [
      {
        stream: CHECKPOINTS,
        expected: number - 1,
        events: [{ type, v, payload: JSON.stringify(event) }],
      },
    ],
  };
}

function readOutside(
  path: string,
): { number: number; position: number; short: string; digest: string } | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isPublished(value) && digestOf(value) === value.digest) return value;
  } catch {
    // Falls through: a file that says nothing is as bad as one that is not JSON.
  }
  throw new ProblemError(problem('CHECKPOINT_FILE_UNREADABLE', { path }));
}
