import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtefactStore } from '../../src/core/ports/backup.ts';

export interface StoreUnderTest {
  readonly store: ArtefactStore;
  /** Leaves what a `put` of that name leaves whose process dies. */
  dieHalfWay(name: string): Promise<void>;
  /** What is there half-way, under any name. */
  halves(): Promise<number>;
}

const never = new AbortController().signal;
const folder = 'checkout/production/database';
const name = `${folder}/b1.dump`;

/** What every store of backups owes those who put them there, and those who want them back. */
export function artefactStoreContract(title: string, open: () => Promise<StoreUnderTest>): void {
  describe(`artefact store: ${title}`, () => {
    let under: StoreUnderTest;
    let store: ArtefactStore;
    beforeEach(async () => {
      under = await open();
      ({ store } = under);
    });

    it('keeps what it is given, counted and hashed, and gives it back', async () => {
      const kept = await store.put(name, of('one', 'two'), never);
      expect(kept).toEqual({ bytes: 6, sha256: sha256('onetwo') });
      expect(await store.list(folder)).toEqual([{ name, bytes: 6 }]);
      expect((await readAll(store, name)).toString()).toBe('onetwo');
    });

    it('keeps nothing at all as well', async () => {
      expect(await store.put(name, of(), never)).toEqual({ bytes: 0, sha256: sha256('') });
      expect(await store.list(folder)).toEqual([{ name, bytes: 0 }]);
      expect(await readAll(store, name)).toHaveLength(0);
    });

    it('keeps what is larger than what it holds in memory', async () => {
      const { bytes, whole } = large(25 * 1024 * 1024 + 7);
      expect(await store.put(name, bytes, never)).toEqual({
        bytes: whole.length,
        sha256: sha256(whole),
      });
      expect((await readAll(store, name)).equals(whole)).toBe(true);
    });

    it('never writes over what is there', async () => {
      await store.put(name, of('first'), never);
      await expect(store.put(name, of('second'), never)).rejects.toMatchObject({
        problem: { code: 'BACKUP_NAME_TAKEN' },
      });
      expect((await readAll(store, name)).toString()).toBe('first');
      expect(await store.list(folder)).toHaveLength(1);
    });

    it('leaves nothing of what breaks off, fails or is given up', async () => {
      async function* broken(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
        yield* bytes;
        throw new Error('the pipe broke');
      }
      const stopping = new AbortController();
      async function* stopped(): AsyncIterable<Uint8Array> {
        yield* large(20 * 1024 * 1024).bytes;
        stopping.abort(new Error('somebody said stop'));
        yield Buffer.from('more');
      }
      const small = store.put(name, broken(of('half')), never);
      await expect(small).rejects.toThrow('the pipe broke');
      const big = store.put(name, broken(large(20 * 1024 * 1024).bytes), never);
      await expect(big).rejects.toThrow('the pipe broke');
      const given = store.put(name, stopped(), stopping.signal);
      await expect(given).rejects.toThrow('somebody said stop');
      await expect(store.put(name, of('x'), AbortSignal.abort())).rejects.toThrow();
      expect(await store.list(folder)).toEqual([]);
      expect(await under.halves()).toBe(0);
    });

    it('does not list what a process left half-way, and takes it away when asked', async () => {
      await store.put(name, of('x'), never);
      await under.dieHalfWay(`${folder}/b2.dump`);
      await under.dieHalfWay(`${folder}/b22.dump`);
      expect(await under.halves()).toBe(2);
      expect(await store.list(folder)).toHaveLength(1);
      await store.sweep(`${folder}/b2.dump`);
      expect(await under.halves()).toBe(1);
      await store.sweep(`${folder}/b3.dump`);
      expect(await under.halves()).toBe(1);
      await store.sweep(`${folder}/b22.dump`);
      expect(await under.halves()).toBe(0);
    });

    it('lists one folder, in the order of the names, and not what is below or beside it', async () => {
      for (const each of ['b2.dump', 'b1.manifest.json', 'b1.dump', 'deeper/b3.dump']) {
        await store.put(`${folder}/${each}`, of(each), never);
      }
      await store.put('checkout/production/database2/b1.dump', of('x'), never);
      expect((await store.list(folder)).map((each) => each.name)).toEqual([
        `${folder}/b1.dump`,
        `${folder}/b1.manifest.json`,
        `${folder}/b2.dump`,
      ]);
      expect(await store.list('nothing/of/it')).toEqual([]);
    });

    it('removes what is there, once, and says when there is nothing', async () => {
      await store.put(name, of('x'), never);
      expect(await store.remove(name)).toBe(true);
      expect(await store.remove(name)).toBe(false);
      expect(await store.list(folder)).toEqual([]);
      await expect(readAll(store, name)).rejects.toMatchObject({
        problem: { code: 'BACKUP_NOT_THERE' },
      });
      await store.put(name, of('y'), never);
      expect((await readAll(store, name)).toString()).toBe('y');
    });

    it('opens nothing before it is read from, and closes what is read in part', async () => {
      const unread = store.read(name);
      expect(await store.list(folder)).toEqual([]);
      const { bytes, whole } = large(12 * 1024 * 1024);
      await store.put(name, bytes, never);
      for await (const chunk of unread) {
        expect(whole.subarray(0, chunk.length).equals(chunk)).toBe(true);
        break;
      }
      expect(await store.remove(name)).toBe(true);
    });
  });
}

export async function* of(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** Bytes that are all different, in chunks that fit into nothing. */
export function large(length: number): {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly whole: Buffer;
} {
  const whole = Buffer.alloc(length);
  const numbers = new Uint32Array(whole.buffer, whole.byteOffset, Math.floor(length / 4));
  for (let at = 0; at < numbers.length; at += 1) numbers[at] = Math.imul(at, 2_654_435_761);
  async function* bytes(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < length; at += 99_991) yield whole.subarray(at, at + 99_991);
  }
  return { bytes: bytes(), whole };
}

export async function readAll(store: ArtefactStore, from: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of store.read(from)) parts.push(chunk);
  return Buffer.concat(parts);
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
