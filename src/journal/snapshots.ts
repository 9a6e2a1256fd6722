import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Snapshot, Snapshots } from '../core/ports/journal.ts';
import { isMissing, queue, replaceFile } from './files.ts';

export interface SnapshotCache extends Snapshots {
  /** An erased payload must not live on in evolved state. */
  clear(): Promise<void>;
}

interface Past {
  /** The hash of the event at a position, or undefined when the journal has none there. */
  hashAt(position: number): Promise<string | undefined>;
  /** Where the newest erasure stands; 0 for none. State of before it may hold what was erased. */
  erasedAt(): Promise<number>;
}

interface Stored {
  readonly name: string;
  readonly evolve: string;
  readonly position: number;
  /** Hash of the event at the position: after a restored backup the same position may hold another history. */
  readonly at: string;
  readonly digest: string;
}

/** A file per name: one line about the snapshot, then the state. Anything odd means "no snapshot". */
export function openSnapshots(folder: string, past: Past): SnapshotCache {
  const inTurn = queue();
  return {
    save(snapshot) {
      // Now, not when its turn comes: the state goes on evolving, and the position says which one this is. Structured
      // clone bytes, because evolved state holds maps, which JSON would silently empty.
      const bytes = serialize(snapshot.state);
      return inTurn(() => save(snapshot, bytes));
    },
    load: (name, evolve) => inTurn(() => load(name, evolve)),
    clear: () => inTurn(() => rm(folder, { recursive: true, force: true })),
  };

  async function save({ name, evolve, position }: Snapshot, bytes: Buffer): Promise<void> {
    const at = position === 0 ? '' : await past.hashAt(position);
    if (at === undefined || position < (await past.erasedAt())) return;
    const about: Stored = { name, evolve, position, at, digest: sha256(bytes) };
    await mkdir(folder, { recursive: true });
    await replaceFile(
      pathOf(name),
      Buffer.concat([Buffer.from(`${JSON.stringify(about)}\n`), bytes]),
    );
  }

  async function load(name: string, evolve: string): Promise<Snapshot | undefined> {
    const file = await readBytes(pathOf(name));
    if (file === undefined) return undefined;
    const end = file.indexOf('\n');
    const about = parse(file.toString('utf8', 0, Math.max(end, 0)));
    const bytes = file.subarray(end + 1);
    if (!isStored(about) || about.name !== name || about.evolve !== evolve) return undefined;
    if (about.digest !== sha256(bytes)) return undefined;
    if (about.position > 0 && (await past.hashAt(about.position)) !== about.at) return undefined;
    if (about.position < (await past.erasedAt())) {
      // A crash between an erasure and the end of its snapshots: what was erased goes now.
      await rm(folder, { recursive: true, force: true });
      return undefined;
    }
    const state = deserialized(bytes);
    return state && { name, evolve, position: about.position, state: state.value };
  }

  function pathOf(name: string): string {
    return join(folder, `${sha256(name).slice(0, 32)}.snapshot`);
  }
}

async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Bytes of another version of the runtime may not be readable: then there is no snapshot. */
function deserialized(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: deserialize(bytes) };
  } catch {
    return undefined;
  }
}

function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false;
  const { name, evolve, position, at, digest }: Partial<Record<keyof Stored, unknown>> = value;
  const texts = [name, evolve, at, digest].every((text) => typeof text === 'string');
  return texts && typeof position === 'number';
}
