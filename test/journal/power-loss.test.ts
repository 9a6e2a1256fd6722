import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyJournal } from '../../src/journal/index.ts';
import { decodeRows } from '../../src/journal/stores/sqlite/protocol.ts';
import { Store } from '../../src/journal/stores/sqlite/store.ts';
import {
  afterPowerCut,
  type DiskOperation,
  type Leftover,
  parseTrace,
  TRACED,
} from './disk-trace.ts';
import { random, SEED } from './random.ts';
import { appended, cause, opened, SCRATCH, tempPath, write } from './temp.ts';

const FULL = process.env['TOCSIN_FULL'] === '1';
const LEFTOVERS: readonly Leftover[] = ['none', 'all', 'some', 'torn'];

const folder = realpathSync(mkdtempSync(join(SCRATCH, 'tocsin-power-')));
const child = new URL('./power-child.ts', import.meta.url).pathname;
const log = join(folder, 'trace.log');
const disk = join(folder, 'disk');
mkdirSync(disk);
const flags = ['-f', '-qq', '-y', '-xx', '-s', '1000000', '-e', `trace=${TRACED}`, '-o', log];
const traced = spawnSync('strace', [...flags, process.execPath, child, join(disk, 'journal.db')], {
  encoding: 'utf8',
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(traced.status !== 0)(
  `a power cut (skipped where strace may not trace; TOCSIN_SEED=${SEED})`,
  () => {
    const operations = traced.status === 0 ? parseTrace(readFileSync(log, 'utf8'), disk) : [];

    it('was recorded with every write, fsync and acknowledgement', () => {
      const count = (kind: DiskOperation['kind']): number =>
        operations.filter((each) => each.kind === kind).length;
      expect(count('ack')).toBe(29);
      expect(count('write')).toBeGreaterThan(200);
      expect(count('sync')).toBeGreaterThan(10);
      const all = afterPowerCut(operations, 'all', () => 0);
      expect(all.get('journal.db')?.equals(readFileSync(join(disk, 'journal.db')))).toBe(true);
    });

    it('at any point loses no acknowledged append, leaves none half, and lets the journal start and verify', () => {
      const pick = random(SEED);
      const cuts = operations.flatMap((_, at) =>
        LEFTOVERS.map((leftover) => ({ at: at + 1, leftover })),
      );
      const tried = FULL
        ? cuts
        : Array.from(
            { length: 200 },
            () => cuts[pick(cuts.length)] ?? { at: 0, leftover: 'none' as const },
          );
      for (const { at, leftover } of tried) {
        const done = operations.slice(0, at);
        const path = restore(afterPowerCut(done, leftover, pick));
        const acknowledged = done.flatMap((each) => (each.kind === 'ack' ? [each.number] : []));
        expectWhole(
          path,
          acknowledged,
          `cut after operation ${at} of ${operations.length}, ${leftover} of the unsynced left`,
        );
      }
    }, 600_000);

    it('would be noticed if acknowledgements came before the disk', () => {
      const acknowledged = operations.findLastIndex((each) => each.kind === 'ack');
      const unsynced = operations.slice(0, acknowledged + 1).filter((each) => each.kind !== 'sync');
      const path = restore(afterPowerCut(unsynced, 'none', () => 0));
      expect(() => expectWhole(path, [0], 'nothing was ever synced')).toThrow();
    });
  },
);

describe('a log that was cut', () => {
  it.each([0, 300 * 1024])(
    'anywhere keeps every append acknowledged by then, and no half of a later one (%i bytes of room)',
    async (logRoomBytes) => {
      const path = tempPath();
      const journal = await opened(path, { logRoomBytes });
      const acknowledged: { readonly number: number; readonly size: number }[] = [];
      const append = async (number: number): Promise<void> => {
        const text = `${number} `.repeat(300);
        const writes = [
          write(`incident/${number}`, 0, text),
          write(`operation/${number}`, 0, text, text),
        ];
        await appended(journal, cause(`d${number}`), ...writes);
        acknowledged.push({ number, size: writtenIn(readFileSync(`${path}-wal`)) });
      };
      for (let number = 0; number < 6; number++) await append(number);
      await Promise.all([6, 7, 8, 9].map(append));
      const [database, wal] = [readFileSync(path), readFileSync(`${path}-wal`)];
      await journal.close();

      for (const size of cutsOf(wal)) {
        const cut = restore(
          new Map([
            ['journal.db', database],
            ['journal.db-wal', wal.subarray(0, size)],
          ]),
        );
        const safe = acknowledged.filter((each) => each.size <= size).map(({ number }) => number);
        expectWhole(cut, safe, `log cut to ${size} of ${wal.length} bytes`);
      }
    },
    120_000,
  );
});

/** How far the log holds frames of its present life: what lies behind them is room, or left from before. */
function writtenIn(wal: Buffer): number {
  const frame = 24 + wal.readUInt32BE(8);
  const salts = wal.subarray(16, 24);
  let end = 32;
  while (end + frame <= wal.length && wal.subarray(end + 8, end + 16).equals(salts)) end += frame;
  return end;
}

/** At each frame, just before and after it, in its header and in its page. https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
function cutsOf(wal: Buffer): number[] {
  const frame = 24 + wal.readUInt32BE(8);
  const frames = Array.from(
    { length: Math.floor((wal.length - 32) / frame) + 1 },
    (_, n) => 32 + n * frame,
  );
  const starts = FULL
    ? frames
    : frames.filter((_, index) => index % 4 === 0 || index === frames.length - 1);
  return [0, 31, ...starts.flatMap((at) => [at - 1, at, at + 12, at + 2_000])].filter(
    (at) => at <= wal.length,
  );
}

function restore(files: ReadonlyMap<string, Buffer>): string {
  const place = join(folder, 'cut');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  for (const [file, bytes] of files) {
    if (!/-shm$|\.lock/.test(file)) writeFileSync(join(place, file), bytes);
  }
  return join(place, 'journal.db');
}

function expectWhole(path: string, acknowledged: readonly number[], what: string): void {
  const store = new Store({ path, reserveBytes: 0, logRoomBytes: 0 });
  try {
    const incidents = store.reader
      .streams('incident/')
      .map((stream) => Number(stream.slice('incident/'.length)));
    const operations = store.reader.streams('operation/');
    expect(incidents, what).toEqual(expect.arrayContaining([...acknowledged]));
    expect(operations, what).toEqual(incidents.map((number) => `operation/${number}`).toSorted());
    for (const stream of operations)
      expect(decodeRows(store.reader.read(stream, 1)), what).toHaveLength(2);
  } finally {
    store.close();
  }
  expect(verifyJournal(path), what).toMatchObject({ ok: true, finding: undefined });
}
