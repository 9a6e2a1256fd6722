import { createHash } from 'node:crypto';
import type { ArtefactStore, Backup } from '../../src/core/ports/backup.ts';
import { ProblemError, problem } from '../../src/core/problem.ts';

export interface MemoryStore extends ArtefactStore {
  readonly kept: Map<string, Buffer>;
}

/** A store that keeps what it is given, under names that are never used twice. */
export function memoryStore(name = '/backups'): MemoryStore {
  const kept = new Map<string, Buffer>();
  return {
    name,
    kept,
    room: async () => undefined,
    async put(key, bytes, signal) {
      const parts: Uint8Array[] = [];
      for await (const chunk of bytes) parts.push(chunk);
      signal.throwIfAborted();
      if (kept.has(key)) throw new ProblemError(problem('BACKUP_NAME_TAKEN', { name: key }));
      const all = Buffer.concat(parts);
      kept.set(key, all);
      return { bytes: all.length, sha256: createHash('sha256').update(all).digest('hex') };
    },
    list: async (folder) =>
      [...kept]
        .filter(([key]) => key.startsWith(`${folder}/`))
        .map(([key, { length }]) => ({ name: key, bytes: length })),
    async *read(key) {
      const found = kept.get(key);
      if (!found) throw new ProblemError(problem('BACKUP_NOT_THERE', { name: key, store: name }));
      yield found;
    },
    remove: async (key) => kept.delete(key),
    sweep: async () => undefined,
  };
}

export interface MemorySource extends Backup {
  /** What the next copy is; undefined: it cannot be made. */
  holds: string | undefined;
}

/** Something that can be copied, and is brought up again as what it was. */
export function memorySource(): MemorySource {
  const source: MemorySource = {
    holds: 'rows',
    survey: async () =>
      source.holds === undefined
        ? {
            ok: false,
            problem: problem('POSTGRES_BACKUP_UNREACHABLE', { place: 'db', why: 'away' }),
          }
        : {
            ok: true,
            value: {
              place: 'checkout at db',
              server: 'PostgreSQL 15.20',
              program: 'pg_dump 15.20',
              encoding: 'pg_dump custom',
              extension: 'dump',
              bytesAtMost: 1_000,
            },
          },
    async open() {
      const text = source.holds ?? '';
      async function* bytes(): AsyncIterable<Uint8Array> {
        yield Buffer.from(text);
      }
      return { bytes: bytes(), content: Promise.resolve(contentOf(text)) };
    },
    async read({ bytes }) {
      for await (const _ of bytes);
    },
    scratch: async () => ({ place: 'memory', roomBytes: 1_000_000 }),
    async rehearse({ bytes }) {
      const parts: Uint8Array[] = [];
      for await (const chunk of bytes) parts.push(chunk);
      return contentOf(Buffer.concat(parts).toString());
    },
  };
  return source;
}

function contentOf(text: string) {
  return { counts: { letters: text.length }, uncounted: 0 };
}
