import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Event, Recorded } from '../../src/core/event.ts';
import { ProblemError } from '../../src/core/problem.ts';
import {
  type JournalLog,
  openJournal,
  type PublishedCheckpoint,
  verifyJournal,
} from '../../src/journal/index.ts';
import { appended, cause, noted, opened, TEST_KEY, tempPath, write } from './temp.ts';

describe('a listener', () => {
  it('hears of every event once, in order, before its writer does', async () => {
    const journal = await opened(tempPath());
    const heard: Recorded[] = [];
    const stop = journal.onAppended((recorded) => heard.push(...recorded));
    const appends = Array.from({ length: 30 }, async (_, n) => {
      const recorded = await appended(
        journal,
        cause(`d${n}`),
        write(`incident/${n % 4}`, Math.floor(n / 4), `${n}`),
      );
      expect(heard).toEqual(expect.arrayContaining([...recorded]));
    });
    await Promise.all(appends);
    await journal.checkpoint();
    await appended(journal, cause('d1'), write('incident/again', 0, 'repeated'));
    expect(heard).toEqual((await journal.tail(0, 100)).recorded);
    stop();
    await appended(journal, cause('late'), write('incident/late', 0, 'late'));
    expect(heard).toHaveLength(31);
  });

  it('that fails does not fail the writer', async () => {
    const log: JournalLog[] = [];
    const journal = await opened(tempPath(), { log: (entry) => log.push(entry) });
    journal.onAppended(() => {
      throw new Error('a fault of ours');
    });
    await appended(journal, cause('d1'), write('incident/a', 0, 'one'));
    expect(log).toContainEqual(
      expect.objectContaining({ level: 'error', fields: { detail: 'a fault of ours' } }),
    );
  });
});

describe('a checkpoint', () => {
  it('is taken when there is news, and else the last is answered', async () => {
    const published: PublishedCheckpoint[] = [];
    const journal = await opened(tempPath(), { publishCheckpoint: (each) => published.push(each) });
    expect(await journal.checkpoint()).toBeUndefined();
    expect(journal.lastCheckpoint()).toBeUndefined();
    await appended(journal, cause('d1'), write('incident/a', 0, 'one'));
    const first = await journal.checkpoint();
    expect(first).toMatchObject({
      number: 1,
      position: 1,
      short: `cp 1 ${first?.digest.slice(0, 8)}`,
    });
    expect(await journal.checkpoint()).toEqual(first);
    await appended(journal, cause('d2'), write('incident/a', 1, 'two'));
    expect(await journal.checkpoint()).toMatchObject({
      number: 2,
      position: 3,
      previous: first?.digest,
    });
    expect(published.map(({ number }) => number)).toEqual([1, 2]);
    expect(journal.lastCheckpoint()).toEqual(published[1]);
  });

  it('is taken at the end, and known at the next start', async () => {
    const path = tempPath();
    const published: PublishedCheckpoint[] = [];
    const first = await opened(path, { publishCheckpoint: (each) => published.push(each) });
    await appended(first, cause('d1'), write('incident/a', 0, 'one'));
    await first.close();
    const second = await opened(path);
    expect(second.lastCheckpoint()).toEqual(published[0]);
    await second.close();
    expect(verifyJournal(path).events).toBe(2);
  });

  it('is taken in time by itself', async () => {
    const { promise, resolve } = Promise.withResolvers<PublishedCheckpoint>();
    const journal = await opened(tempPath(), { checkpointEveryMs: 5, publishCheckpoint: resolve });
    await appended(journal, cause('d1'), write('incident/a', 0, 'one'));
    expect(await promise).toMatchObject({ number: 1 });
  });

  it('goes on over many events after a crash, from the last one', async () => {
    const path = tempPath();
    const journal = await opened(path);
    for (let n = 0; n < 3; n++) {
      await appended(journal, cause(`d${n}`), write('incident/a', n, `${n}`));
      await journal.checkpoint();
    }
    await Promise.all(
      Array.from({ length: 2_500 }, (_, n) =>
        journal.append([write(`incident/${n}`, 0, 'x')], cause(`m${n}`)),
      ),
    );
    const copy = tempPath();
    for (const end of ['', '-wal', '.checkpoint']) copyFileSync(`${path}${end}`, `${copy}${end}`);
    const again = await opened(copy);
    expect(await again.checkpoint()).toMatchObject({ number: 4, position: 2_506 });
    expect(await again.verify()).toMatchObject({ ok: true });
  });

  it('is signed with a key that is drawn when none is given, and kept', async () => {
    const path = tempPath();
    const log: JournalLog[] = [];
    for (let n = 0; n < 2; n++) {
      const journal = await openJournal({ path, reserveBytes: 0, log: (entry) => log.push(entry) });
      await appended(journal, cause(`d${n}`), write('incident/a', n, `${n}`));
      await journal.close();
    }
    expect(log.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'a signing key was drawn into the keyring',
        fields: { publicKey: expect.any(String) },
      },
    ]);
    expect(verifyJournal(path, { publicKey: String(log[0]?.fields['publicKey']) })).toMatchObject({
      ok: true,
    });
    expect(statSync(`${path}.keys`).mode & 0o777).toBe(0o600);
  });
});

describe('an erasure', () => {
  const CANARY = 'canary-4711-very-personal';

  it('deletes the payload, keeps the chain green and says who had it done', async () => {
    const path = tempPath();
    const journal = await opened(path);
    await appended(
      journal,
      cause('d1'),
      write('incident/a', 0, 'one', CANARY.repeat(400), 'three'),
    );
    await journal.snapshots.save({
      name: 'all',
      evolve: '1',
      position: 3,
      state: { text: CANARY },
    });
    expect(
      await journal.erase('incident/a', 2, { by: 'ana', reason: 'asked by the person' }),
    ).toEqual({
      repeated: false,
      purged: true,
    });
    expect((await journal.read('incident/a')).map(({ event }) => event)).toEqual([
      noted('one'),
      { type: 'Erased', v: 1, was: 'Noted' },
      noted('three'),
    ]);
    expect((await journal.read('journal/erasures'))[0]).toMatchObject({
      by: 'ana',
      event: {
        type: 'PayloadErased',
        stream: 'incident/a',
        version: 2,
        by: 'ana',
        reason: 'asked by the person',
      },
    });
    expect(await journal.snapshots.load('all', '1')).toBeUndefined();
    for (const end of ['', '-wal'])
      expect(readFileSync(`${path}${end}`).includes(CANARY)).toBe(false);
    await journal.checkpoint();
    expect(await journal.verify()).toMatchObject({ ok: true, erased: 1, finding: undefined });
  });

  it('is done once', async () => {
    const journal = await opened(tempPath());
    await appended(journal, cause('d1'), write('incident/a', 0, 'one'));
    await journal.erase('incident/a', 1, { by: 'ana', reason: 'asked' });
    expect(await journal.erase('incident/a', 1, { by: 'ben', reason: 'asked' })).toMatchObject({
      repeated: true,
    });
    expect(await journal.read('journal/erasures')).toHaveLength(1);
  });

  it('is refused for an event that is not there, and for the journal itself', async () => {
    const journal = await opened(tempPath());
    const request = { by: 'ana', reason: 'asked' };
    await expect(journal.erase('incident/a', 1, request)).rejects.toThrow('EVENT_NOT_FOUND');
    await expect(journal.erase('journal/checkpoints', 1, request)).rejects.toThrow('ERASE_REFUSED');
  });
});

describe('a start', () => {
  it('behind its own last checkpoint is refused, with the way out', async () => {
    const path = tempPath();
    const first = await opened(path);
    await appended(first, cause('d1'), write('incident/a', 0, 'one'));
    await first.close();
    copyFileSync(path, `${path}.old`);
    const second = await opened(path);
    await appended(second, cause('d2'), write('incident/a', 1, 'two'));
    await second.close();
    copyFileSync(`${path}.old`, path);
    await expect(openJournal({ path, signingKey: TEST_KEY })).rejects.toMatchObject({
      problem: { code: 'JOURNAL_TAIL_LOST', facts: { number: 2, position: 3, found: 2 } },
    });
    expect(existsSync(`${path}.owner`)).toBe(false);
    rmSync(`${path}.checkpoint`);
    const third = await opened(path);
    expect(await third.read('incident/a')).toHaveLength(1);
  });

  it.each([
    ['a text', 'JOURNAL_CORRUPT', (path: string) => writeFileSync(path, 'hello'.repeat(500))],
    [
      'a database of another program',
      'JOURNAL_NOT_OURS',
      (path: string) => execute(path, 'CREATE TABLE t (a)'),
    ],
    [
      'a journal of a later format',
      'JOURNAL_TOO_NEW',
      (path: string) => execute(path, 'PRAGMA user_version = 3'),
    ],
    ['a damaged journal', 'JOURNAL_CORRUPT', (path: string) => damage(path)],
  ])('over %s is refused', async (_, code, spoil) => {
    const path = tempPath();
    if (code === 'JOURNAL_TOO_NEW' || _ === 'a damaged journal') {
      const journal = await opened(path);
      await appended(journal, cause('d1'), write('incident/a', 0, 'x'.repeat(50_000)));
      await journal.close();
    }
    spoil(path);
    const refusal = await openJournal({ path, signingKey: TEST_KEY }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(ProblemError);
    expect(refusal).toMatchObject({ problem: { code, facts: { path } } });
  });

  it('with a key that is none is refused, and gives the file free', async () => {
    const path = tempPath();
    await expect(openJournal({ path, signingKey: 'secret-that-is-no-key' })).rejects.toThrow(
      'SIGNING_KEY_UNREADABLE',
    );
    await opened(path);
  });

  it('in a place where no file can be is refused', async () => {
    await expect(openJournal({ path: '/proc/nowhere/journal.db' })).rejects.toThrow(
      'JOURNAL_UNREADABLE',
    );
  });
});

describe('older and newer events', () => {
  const upcasters = {
    Noted: {
      1: (event: Event) => ({ ...event, lines: 'text' in event ? [event.text] : [] }),
      2: (event: Event) => ({ ...event, loud: false }),
    },
  };

  it('are upcast step by step when they are read', async () => {
    const path = tempPath();
    const first = await opened(path);
    await appended(first, cause('d1'), write('incident/a', 0, 'one'));
    await first.close();
    const second = await opened(path, { upcasters });
    const today = { type: 'Noted', v: 3, text: 'one', lines: ['one'], loud: false };
    expect((await second.read('incident/a'))[0]?.event).toEqual(today);
    expect((await second.tail(0, 1)).recorded[0]?.event).toEqual(today);
    expect(await second.append([write('incident/a', 0, 'one')], cause('d1'))).toMatchObject({
      repeated: true,
      recorded: [{ event: today }],
    });
  });

  it('are refused when they are newer than the program', async () => {
    const path = tempPath();
    const newer = await opened(path, { upcasters });
    await newer.append(
      [{ stream: 'incident/a', expectedVersion: 0, events: [{ type: 'Noted', v: 3 }] }],
      cause('d1'),
    );
    await newer.close();
    const older = await opened(path);
    await expect(older.read('incident/a')).rejects.toMatchObject({
      problem: {
        code: 'EVENT_TOO_NEW',
        facts: { type: 'Noted', found: 3, known: 1, stream: 'incident/a', version: 1 },
      },
    });
  });

  it('cannot be written newer than they can be read', async () => {
    const journal = await opened(tempPath());
    const events = [{ type: 'Noted', v: 2 }];
    await expect(
      journal.append([{ stream: 'incident/a', expectedVersion: 0, events }], cause('d1')),
    ).rejects.toThrow('EVENT_TOO_NEW');
  });
});

describe('an append that makes no sense', () => {
  it.each([
    ['without a cause', write('incident/a', 0, 'one'), cause('')],
    ['without a stream', write('', 0, 'one'), cause('d1')],
    ['into a stream of the journal itself', write('journal/checkpoints', 0, 'one'), cause('d1')],
    [
      'with an event of more than a mebibyte',
      write('incident/a', 0, 'x'.repeat(2 ** 20)),
      cause('d1'),
    ],
  ])('%s is refused', async (_, writes, context) => {
    const journal = await opened(tempPath());
    await expect(journal.append([writes], context)).rejects.toThrow();
    expect((await journal.tail(0, 10)).recorded).toEqual([]);
  });
});

describe('long pages', () => {
  it('are fetched ahead, and still show what was appended between', async () => {
    const journal = await opened(tempPath());
    const appendMany = (from: number, count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, n) =>
          appended(journal, cause(`d${from + n}`), write(`incident/${from + n}`, 0, 'x')),
        ),
      );
    await appendMany(0, 1_500);
    const first = await journal.tail(0, 1_000);
    await appendMany(1_500, 10);
    const second = await journal.tail(first.position, 1_000);
    expect([...first.recorded, ...second.recorded].map(({ position }) => position)).toEqual(
      Array.from({ length: 1_510 }, (_, n) => n + 1),
    );
    expect(second.end).toBe(true);
  });
});

describe('a line that is too long', () => {
  it('refuses the next append at once, and works on', async () => {
    const journal = await opened(tempPath(), { waitingMax: 10 });
    const results = await Promise.allSettled(
      Array.from({ length: 25 }, (_, n) =>
        journal.append([write(`incident/${n}`, 0, 'x')], cause(`d${n}`)),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual([
      ...Array(10).fill('fulfilled'),
      ...Array(15).fill('rejected'),
    ]);
    expect(results[10]).toMatchObject({
      reason: { problem: { code: 'JOURNAL_OVERLOADED', facts: { waiting: 10 } } },
    });
    await appended(journal, cause('later'), write('incident/later', 0, 'x'));
  });
});

describe('a close', () => {
  it('waits for what is underway and refuses what comes after', async () => {
    const path = tempPath();
    const journal = await opened(path);
    const underway = Array.from({ length: 50 }, (_, n) =>
      journal.append([write(`incident/${n}`, 0, 'x')], cause(`d${n}`)),
    );
    const closed = journal.close();
    await expect(journal.append([write('incident/late', 0, 'x')], cause('late'))).rejects.toThrow(
      'JOURNAL_CLOSED',
    );
    expect((await Promise.all(underway)).every(({ ok }) => ok)).toBe(true);
    await closed;
    await journal.close();
    expect(verifyJournal(path)).toMatchObject({ ok: true, events: 51 });
  });
});

function execute(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

/** Keeps the first page, so that the file still looks like a journal. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xa5, 4_096));
}
