import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { PublishedCheckpoint } from '../../src/journal/index.ts';
import { exportStreams, verifyExport, verifyJournal } from '../../src/journal/index.ts';
import { appended, cause, opened, tempPath, write } from './temp.ts';

interface Evening {
  readonly path: string;
  readonly published: PublishedCheckpoint[];
}

/** Nine events in three streams with a checkpoint after each third, closed in good order. */
async function evening(text = 'a'): Promise<Evening> {
  const path = tempPath();
  const published: PublishedCheckpoint[] = [];
  const journal = await opened(path, {
    publishCheckpoint: (checkpoint) => published.push(checkpoint),
  });
  for (let n = 0; n < 3; n++) {
    await appended(
      journal,
      cause(`a${n}`),
      write('incident/a', n, `${text} ${n}`),
      write('operation/b', n, `b ${n}`),
    );
    await appended(journal, cause(`c${n}`), write('incident/c', n, `c ${n}`));
    await journal.checkpoint();
  }
  await journal.close();
  return { path, published };
}

function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

function witness({ published }: Evening): { checkpoint: string } {
  return { checkpoint: JSON.stringify(published.at(-1)) };
}

describe('verification', () => {
  it('is satisfied with what the journal wrote', async () => {
    const night = await evening();
    const publicKey = night.published[0]?.publicKey ?? '';
    expect(verifyJournal(night.path, { ...witness(night), publicKey })).toEqual({
      ok: true,
      events: 12,
      streams: 4,
      erased: 0,
      position: 12,
      checkpoint: night.published[2],
      publicKeys: [publicKey],
      finding: undefined,
      cannotKnow: [],
    });
  });

  it.each([
    '',
    'hello',
    'ff'.repeat(31),
    '-----BEGIN PUBLIC KEY-----\nhello\n-----END PUBLIC KEY-----',
  ])('is not made against a key that is none: %j', async (publicKey) => {
    const night = await evening();
    expect(() => verifyJournal(night.path, { publicKey })).toThrow(
      expect.objectContaining({ problem: { code: 'PUBLIC_KEY_UNREADABLE', facts: {} } }),
    );
  });

  it('says what it cannot know without a checkpoint from outside', async () => {
    const night = await evening();
    const journal = await opened(night.path);
    await appended(journal, cause('late'), write('incident/a', 3, 'late'));
    const { ok, cannotKnow } = await journal.verify();
    expect(ok).toBe(true);
    expect(cannotKnow.map(({ code }) => code).toSorted()).toEqual([
      'VERIFY_KEY_NOT_GIVEN',
      'VERIFY_NO_WITNESS',
      'VERIFY_TAIL_UNSIGNED',
    ]);
  });

  const AS_OTHER = 'CAST(replace(CAST(header AS TEXT), \'"by":"ana"\', \'"by":"ben"\') AS BLOB)';
  const UNLINKED = 'CAST(replace(CAST(header AS TEXT), \'"prev":"\', \'"prev":"0\') AS BLOB)';

  it.each([
    [
      'the payload',
      "body = CAST(body || ' ' AS BLOB)",
      2,
      { stream: 'operation/b', version: 1, what: 'payload' },
    ],
    ['the author', `header = ${AS_OTHER}`, 1, { stream: 'incident/a', version: 1, what: 'header' }],
    ['the link', `header = ${UNLINKED}`, 5, { stream: 'incident/a', version: 2, what: 'header' }],
    [
      'the last link',
      `header = ${UNLINKED}`,
      9,
      { stream: 'incident/a', version: 3, what: 'header' },
    ],
  ])('names the event of which %s was changed', async (_, change, position, facts) => {
    const night = await evening();
    tamper(night.path, `UPDATE events SET ${change} WHERE position = ${position}`);
    expect(verifyJournal(night.path).finding).toMatchObject({
      code: 'JOURNAL_EVENT_CHANGED',
      facts,
    });
  });

  it('says after which checkpoint, when nothing names the event', async () => {
    const night = await evening();
    tamper(night.path, `UPDATE events SET header = ${AS_OTHER} WHERE position = 9`);
    expect(verifyJournal(night.path).finding).toEqual({
      code: 'JOURNAL_HISTORY_REWRITTEN',
      facts: { number: 3, afterCheckpoint: 2 },
    });
  });

  it('names a missing event', async () => {
    const night = await evening();
    tamper(night.path, 'DELETE FROM events WHERE position = 5');
    expect(verifyJournal(night.path).finding).toEqual({
      code: 'JOURNAL_EVENT_MISSING',
      facts: { stream: 'incident/a', version: 2, position: 5 },
    });
  });

  it('names a missing event where the numbers were closed up', async () => {
    const night = await evening();
    tamper(
      night.path,
      'DELETE FROM events WHERE position = 5; UPDATE events SET position = position - 1 WHERE position > 5; UPDATE causes SET position = position - 1 WHERE position > 5;',
    );
    expect(verifyJournal(night.path).finding).toMatchObject({
      code: 'JOURNAL_EVENT_MISSING',
      facts: { stream: 'incident/a', version: 2 },
    });
  });

  it('names a reordered event', async () => {
    const night = await evening();
    tamper(
      night.path,
      'UPDATE events SET position = 100 WHERE position = 1; UPDATE events SET position = 1 WHERE position = 5; UPDATE events SET position = 5 WHERE position = 100;',
    );
    expect(verifyJournal(night.path).finding).toEqual({
      code: 'JOURNAL_EVENT_REORDERED',
      facts: { stream: 'incident/a', version: 2, position: 1 },
    });
  });

  it('finds two events of different streams that changed places', async () => {
    const night = await evening();
    tamper(
      night.path,
      'UPDATE events SET position = 100 WHERE position = 1; UPDATE events SET position = 1 WHERE position = 2; UPDATE events SET position = 2 WHERE position = 100;',
    );
    expect(verifyJournal(night.path).finding).toEqual({
      code: 'JOURNAL_HISTORY_REWRITTEN',
      facts: { number: 1, afterCheckpoint: 0 },
    });
  });

  it('names a duplicated event', async () => {
    const night = await evening();
    tamper(
      night.path,
      'INSERT INTO events SELECT 13, stream, 4, header, body FROM events WHERE position = 5',
    );
    expect(verifyJournal(night.path).finding).toEqual({
      code: 'JOURNAL_EVENT_DUPLICATED',
      facts: { stream: 'incident/a', version: 2, position: 13 },
    });
  });

  it('names a payload that is gone without an erasure', async () => {
    const night = await evening();
    tamper(night.path, 'UPDATE events SET body = NULL WHERE position = 3');
    expect(verifyJournal(night.path).finding).toEqual({
      code: 'JOURNAL_PAYLOAD_MISSING',
      facts: { stream: 'incident/c', version: 1, position: 3 },
    });
  });

  it('finds a cause that was forgotten', async () => {
    const night = await evening();
    tamper(night.path, 'DELETE FROM causes WHERE position = 3');
    expect(verifyJournal(night.path).finding).toMatchObject({
      code: 'JOURNAL_CAUSE_UNKNOWN',
      facts: { cause: 'c0' },
    });
  });

  it('finds a cut tail against a checkpoint kept outside, in either form', async () => {
    const night = await evening();
    tamper(night.path, 'DELETE FROM events WHERE position > 8');
    const facts = { number: 3, short: night.published[2]?.short, found: 8, afterCheckpoint: 2 };
    expect(verifyJournal(night.path, witness(night)).finding).toEqual({
      code: 'JOURNAL_TAIL_CUT',
      facts,
    });
    const onCard = verifyJournal(night.path, {
      checkpoint: `done · ${night.published[2]?.short} · 03:14`,
    });
    expect(onCard.finding).toMatchObject({
      code: 'JOURNAL_TAIL_CUT',
      facts: { number: 3, found: 8 },
    });
  });

  it('takes any number of checkpoints, such as a log', async () => {
    const night = await evening();
    const log = night.published.map((checkpoint) =>
      JSON.stringify({ level: 30, msg: 'checkpoint', checkpoint }),
    );
    expect(
      verifyJournal(night.path, { checkpoint: ['{"level":30,"msg":"started"}', ...log].join('\n') })
        .ok,
    ).toBe(true);
  });

  it('refuses a checkpoint file that holds none', async () => {
    const night = await evening();
    expect(() => verifyJournal(night.path, { checkpoint: 'hello' })).toThrow(
      'CHECKPOINT_FILE_UNREADABLE',
    );
  });

  it('does not take a checkpoint signed by another key', async () => {
    const night = await evening();
    expect(verifyJournal(night.path, { publicKey: '22'.repeat(32) }).finding).toMatchObject({
      code: 'JOURNAL_KEY_UNKNOWN',
      facts: { number: 1 },
    });
  });
});

describe('a history that somebody with the key wrote anew', () => {
  it('is found out by a checkpoint kept outside', async () => {
    const [night, other] = [await evening(), await evening('other')];
    expect(verifyJournal(other.path).ok).toBe(true);
    expect(verifyJournal(other.path, witness(night)).finding).toEqual({
      code: 'JOURNAL_HISTORY_REWRITTEN',
      facts: { number: 3, afterCheckpoint: 2 },
    });
    const log = night.published.map((checkpoint) => JSON.stringify(checkpoint)).join('\n');
    expect(verifyJournal(other.path, { checkpoint: log }).finding).toEqual({
      code: 'JOURNAL_HISTORY_REWRITTEN',
      facts: { number: 1, afterCheckpoint: 0 },
    });
  });
});

describe('an export', () => {
  it('is proven to a third party who has only the document and the key', async () => {
    const night = await evening();
    const publicKey = night.published[0]?.publicKey ?? '';
    const document: unknown = JSON.parse(
      JSON.stringify(exportStreams(night.path, ['incident/a', 'incident/c'])),
    );
    const report = verifyExport(document, { publicKey, ...witness(night) });
    expect(report).toMatchObject({
      ok: true,
      events: 6,
      erased: 0,
      unsigned: 0,
      finding: undefined,
    });
    expect(report.cannotKnow.map(({ code }) => code)).toEqual(['EXPORT_MAY_END_EARLY']);
  });

  it('says how many events are newer than the checkpoint', async () => {
    const night = await evening();
    const journal = await opened(night.path);
    await appended(journal, cause('late'), write('incident/a', 3, 'late'));
    expect(verifyExport(exportStreams(night.path, ['incident/a']))).toMatchObject({
      ok: true,
      unsigned: 1,
    });
    expect(verifyExport(await journal.export(['incident/a']))).toMatchObject({
      ok: true,
      unsigned: 0,
    });
  });

  it.each<[string, (text: string) => string, string]>([
    ['a payload was changed', (text) => text.replace('a 1', 'a 9'), 'JOURNAL_EVENT_CHANGED'],
    [
      'a header was changed',
      (text) => text.replace('\\"by\\":\\"ana\\"', '\\"by\\":\\"ben\\"'),
      'JOURNAL_EVENT_CHANGED',
    ],
    ['the last event was taken out', (text) => withoutLast(text), 'EXPORT_NOT_PROVEN'],
    [
      'the checkpoint was changed',
      (text) => text.replace('"number":3', '"number":4'),
      'JOURNAL_CHECKPOINT_INVALID',
    ],
    ['it is something else', () => '{"format":"other"}', 'EXPORT_UNREADABLE'],
  ])('is refused when %s', async (_, change, code) => {
    const night = await evening();
    const text = change(JSON.stringify(exportStreams(night.path, ['incident/a'])));
    const { ok, finding } = verifyExport(JSON.parse(text));
    expect({ ok, code: finding?.code }).toEqual({ ok: false, code });
  });

  it('is refused for a stream that does not exist', async () => {
    const night = await evening();
    expect(() => exportStreams(night.path, ['incident/none'])).toThrow('STREAM_NOT_FOUND');
  });
});

function withoutLast(text: string): string {
  const document = JSON.parse(text);
  document.streams[0].events.pop();
  return JSON.stringify(document);
}

describe('the file beside the journal', () => {
  it('holds the newest checkpoint as it was published', async () => {
    const night = await evening();
    expect(JSON.parse(readFileSync(`${night.path}.checkpoint`, 'utf8'))).toEqual(
      night.published.at(-1),
    );
  });
});
