import { createHash } from 'node:crypto';
import type { ArtefactStore, Backup, Restorer } from '../../src/core/ports/backup.ts';
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
      return contentOf(await textOf(bytes));
    },
  };
  return source;
}

/** Places with names, each holding a text; `checkout` is in use. What goes wrong is set by the test. */
export interface MemoryPlaces extends Restorer {
  readonly holds: Map<string, { readonly id: string; readonly text: string }>;
  /** Changes of names that took effect. */
  swaps(): number;
  /** How the next change of names goes wrong; the connection is gone with it where nobody is answered. */
  fault: 'answer lost' | 'request lost' | 'refused' | ((lands: () => void) => void) | undefined;
  /** Nobody answers a question this often. */
  silent: number;
}

export function memoryPlaces(): MemoryPlaces {
  const holds = new Map([['checkout', { id: '1', text: 'orders' }]]);
  let made = 1;
  let swaps = 0;
  const put = (name: string, text: string) => {
    made += 1;
    holds.set(name, { id: String(made), text });
  };
  const away = () =>
    new ProblemError(problem('POSTGRES_BACKUP_UNREACHABLE', { place: 'db', why: '-' }));
  type Swap = Parameters<NonNullable<Restorer['swap']>>;
  function change({ current, next, aside }: Swap[1], identity: string): 'swapped' | 'moved' {
    const [was, coming] = [holds.get(current), holds.get(next)];
    if (was?.id !== identity || !coming || holds.has(aside)) return 'moved';
    holds.set(aside, was);
    holds.set(current, coming);
    holds.delete(next);
    swaps += 1;
    return 'swapped';
  }
  const places: MemoryPlaces = {
    holds,
    swaps: () => swaps,
    fault: undefined,
    silent: 0,
    nameOf: async () => 'checkout',
    place: async (_wanted, { mark }) => ({
      next: `restored_${mark}`,
      aside: `before_${mark}`,
      identity: holds.get('checkout')?.id ?? '',
      interrupts: 'nobody',
      needs: 'nothing',
    }),
    async identities(_wanted, names) {
      if (places.silent > 0) {
        places.silent -= 1;
        throw away();
      }
      const there = names.filter((name) => holds.has(name));
      return new Map(there.map((name) => [name, holds.get(name)?.id ?? '']));
    },
    async into({ bytes }, { name }) {
      const text = await textOf(bytes);
      put(name, text);
      return contentOf(text);
    },
    async swap(_wanted, names, identity) {
      const { fault } = places;
      places.fault = undefined;
      if (fault === undefined) return change(names, identity);
      if (fault === 'refused') throw away();
      places.silent += 1;
      if (fault === 'answer lost') change(names, identity);
      if (typeof fault === 'function') fault(() => change(names, identity));
      throw away();
    },
    async drop(_wanted, name) {
      holds.delete(name);
    },
    inPlace: {
      place: async () => ({
        identity: holds.get('checkout')?.id ?? '',
        interrupts: '-',
        needs: '-',
      }),
      trace: async () => holds.get('checkout')?.text ?? '',
      isDone: async (_wanted, _content, { trace }) => holds.get('checkout')?.text !== trace,
      async restore({ bytes }, _wanted, { judge }, signal) {
        const text = await textOf(bytes);
        await judge(contentOf(text));
        signal.throwIfAborted();
        holds.set('checkout', { id: holds.get('checkout')?.id ?? '', text });
      },
    },
  };
  return places;
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of bytes) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

function contentOf(text: string) {
  return { counts: { letters: text.length }, uncounted: 0 };
}
