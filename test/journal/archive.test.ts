import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { archivedIn } from '../../src/core/archive.ts';
import {
  exportStreams,
  type JournalOptions,
  tailJournal,
  verifyExport,
  verifyJournal,
} from '../../src/journal/index.ts';
import { copyPast } from '../../src/journal/stores/sqlite/archive-copy.ts';
import { random, SEED } from './random.ts';
import { appended, cause, opened, tempFolder } from './temp.ts';

const DAY = 24 * 60 * 60_000;
const NOW = 1_800_000_000_000;
const BEFORE = NOW - 400 * DAY;

/** `incident/old-N` are over since long; `incident/open` is as old and still open; `incident/new` is over since today. */
async function years(count = 3, options: Partial<JournalOptions> = {}) {
  const folder = tempFolder();
  const path = join(folder, 'journal.db');
  const archive = join(folder, 'archive');
  let now = NOW - 800 * DAY;
  const journal = await opened(path, { archive, clock: () => now, ...options });
  const incident = async (id: string, resolved: boolean) => {
    const events = [openedEvent(id), note(id), ...(resolved ? [over()] : [])];
    const writes = [{ stream: `incident/${id}`, expectedVersion: 0, events }];
    await appended(journal, cause(`incident-${id}`), ...writes);
  };
  for (let n = 0; n < count; n++) await incident(`old-${n}`, true);
  await incident('open', false);
  now = NOW;
  await incident('new', true);
  await journal.checkpoint();
  return { path, archive, journal, folder };
}

function openedEvent(id: string) {
  return {
    type: 'IncidentOpened',
    v: 1,
    key: id,
    ordinal: 1,
    source: 'alertmanager/main',
    route: 0,
    labels: {},
    places: {},
    notify: [],
    private: false,
    title: 'x',
  };
}

const note = (id: string) => ({
  type: 'NoteAdded',
  v: 1,
  person: 'ana',
  text: `${id} ${'said much '.repeat(400)}`,
});

const over = () => ({ type: 'IncidentResolved', v: 1, how: 'said', person: 'ana', reason: '' });

const fileOf = (archive: string) => join(archive, readdirSync(archive)[0] ?? '');

describe('an archive', () => {
  it('takes what is over and old, and leaves what is open or new', async () => {
    const { path, archive, journal } = await years();
    expect(await journal.archive({ before: BEFORE })).toMatchObject({
      events: 9,
      streams: 3,
      more: false,
    });
    for (const [stream, gone] of [
      ['incident/old-0', 1],
      ['incident/open', undefined],
      ['incident/new', undefined],
    ] as const) {
      for (const recorded of await journal.read(stream)) expect(archivedIn(recorded)).toBe(gone);
    }
    const report = verifyJournal(path, { archive });
    expect(report).toMatchObject({
      ok: true,
      erased: 0,
      archived: { events: 9, files: 1, checkpoint: 1 },
    });
    expect(report.cannotKnow.map(({ code }) => code)).not.toContain('VERIFY_ARCHIVE_NOT_GIVEN');
    expect(verifyJournal(path)).toMatchObject({ ok: true });
    expect(verifyJournal(path).cannotKnow.map(({ code }) => code)).toContain(
      'VERIFY_ARCHIVE_NOT_GIVEN',
    );
  });

  it('only says what would go when asked to', async () => {
    const { archive, journal } = await years();
    expect(await journal.archive({ before: BEFORE, dryRun: true })).toMatchObject({ events: 9 });
    expect(existsSync(archive)).toBe(false);
    expect(archivedIn((await journal.read('incident/old-0'))[0] ?? never())).toBeUndefined();
  });

  it('gives an export back whole, with its proof, and none without its file', async () => {
    const { path, archive, journal } = await years();
    await journal.archive({ before: BEFORE });
    const document = exportStreams(path, ['incident/old-1'], archive);
    expect(verifyExport(document)).toMatchObject({ ok: true, events: 3, erased: 0 });
    expect(document.streams[0]?.events[1]?.payload).toContain('said much');
    expect(() => exportStreams(path, ['incident/old-1'])).toThrow('ARCHIVE_NOT_GIVEN');
    expect(tailJournal(path, { archive }).recorded[1]?.event.type).toBe('NoteAdded');
  });

  it('loses what is erased, in the journal and in its file', async () => {
    const { path, archive, journal } = await years();
    await journal.archive({ before: BEFORE });
    const copy = `${fileOf(archive)}.kept`;
    copyFileSync(fileOf(archive), copy);
    await journal.erase('incident/old-1', 2, { by: 'ana', reason: 'asked' });
    expect(readFileSync(fileOf(archive), 'utf8')).not.toContain('old-1 said much');
    expect(verifyJournal(path, { archive })).toMatchObject({ ok: true, erased: 1 });
    // An older copy of the file that is put back still has it, and that is found and mended by asking again.
    rmSync(fileOf(archive).replace('.kept', ''), { force: true });
    const file = copy.replace('.kept', '');
    copyFileSync(copy, file);
    rmSync(copy);
    expect(verifyJournal(path, { archive }).finding?.code).toBe('ARCHIVE_HOLDS_ERASED');
    chmodSync(file, 0o600);
    await journal.erase('incident/old-1', 2, { by: 'ana', reason: 'asked' });
    expect(verifyJournal(path, { archive })).toMatchObject({ ok: true, erased: 1 });
  });

  it('refuses an erasure where nobody says any more in which folder its files lie', async () => {
    const { path, archive, journal } = await years();
    await journal.archive({ before: BEFORE });
    await journal.close();
    const without = await opened(path);
    await expect(
      without.erase('incident/old-1', 2, { by: 'ana', reason: 'asked' }),
    ).rejects.toMatchObject({
      problem: { code: 'ERASE_ARCHIVE_AWAY', facts: { stream: 'incident/old-1', version: 2 } },
    });
    expect(readFileSync(fileOf(archive), 'utf8')).toContain('old-1 said much');
  });

  it('refuses an erasure while its file is away, and says which', async () => {
    const { path, archive, journal } = await years();
    await journal.archive({ before: BEFORE });
    rmSync(fileOf(archive));
    const erasing = journal.erase('incident/old-1', 2, { by: 'ana', reason: 'asked' });
    await expect(erasing).rejects.toMatchObject({ problem: { code: 'ARCHIVE_MISSING' } });
    expect(verifyJournal(path)).toMatchObject({ ok: true, erased: 0 });
  });

  it('stays out of what was spoken of since the copy was made', async () => {
    const { path, archive, journal } = await years();
    const portion = copyPast(path, {
      folder: archive,
      before: BEFORE,
      eventsMax: 100,
      dryRun: false,
    });
    expect(portion?.event.events).toBe(9);
    await appended(journal, cause('late'), {
      stream: 'incident/old-1',
      expectedVersion: 3,
      events: [note('late')],
    });
    await journal.checkpoint();
    // The next run writes the file that was left over anew, without that incident.
    expect(await journal.archive({ before: BEFORE })).toMatchObject({ events: 6 });
    expect(verifyJournal(path, { archive })).toMatchObject({ ok: true, archived: { events: 6 } });
  });

  it('writes no file over another journal’s', async () => {
    const { archive, journal } = await years();
    await journal.archive({ before: BEFORE });
    const other = await years(1, { archive });
    await expect(other.journal.archive({ before: BEFORE })).rejects.toMatchObject({
      problem: { code: 'ARCHIVE_TAKEN' },
    });
  });

  it('makes the file smaller, in files of a bounded size', async () => {
    const { path, archive, journal } = await years(200);
    const before = statSync(path).size + statSync(`${path}-wal`).size;
    expect(await journal.archive({ before: BEFORE, eventsMax: 100 })).toMatchObject({
      events: 600,
    });
    expect(readdirSync(archive)).toHaveLength(7);
    await journal.compact();
    await journal.close();
    expect(statSync(path).size).toBeLessThan(before / 2);
    expect(verifyJournal(path, { archive })).toMatchObject({ ok: true });
  });
});

describe('an archive that was touched', () => {
  const touches: Readonly<Record<string, readonly [string, (text: string) => string | undefined]>> =
    {
      'taken away': ['ARCHIVE_MISSING', () => undefined],
      'cut short': ['ARCHIVE_INCOMPLETE', (text) => `${text.split('\n').slice(0, 5).join('\n')}\n`],
      'cut within a line': ['ARCHIVE_CHANGED', (text) => text.slice(0, -20)],
      'without one line': [
        'ARCHIVE_INCOMPLETE',
        (text) =>
          text
            .split('\n')
            .filter((_, n) => n !== 3)
            .join('\n'),
      ],
      'with a word changed': [
        'ARCHIVE_CHANGED',
        (text) => text.replace('old-1 said', 'old-1 sang'),
      ],
      'with a blank more': [
        'ARCHIVE_CHANGED',
        (text) => text.replace('{"position":2,', '{"position": 2,'),
      ],
      'with a line twice': ['ARCHIVE_CHANGED', (text) => `${text}${text.split('\n').at(-2)}\n`],
      'with another first line': [
        'ARCHIVE_SWAPPED',
        (text) => text.replace('"number":1', '"number":2'),
      ],
      'with a payload erased behind the record': [
        'ARCHIVE_CHANGED',
        (text) =>
          text.replace(
            /"salt":"[0-9a-f]+","payload":"(?:[^"\\]|\\.)*"/,
            '"salt":null,"payload":null',
          ),
      ],
    };

  it.each(Object.entries(touches))('%s, is found', async (_, [code, touch]) => {
    const { path, archive, journal } = await years();
    await journal.archive({ before: BEFORE });
    const file = fileOf(archive);
    const touched = touch(readFileSync(file, 'utf8'));
    chmodSync(file, 0o600);
    if (touched === undefined) rmSync(file);
    else writeFileSync(file, touched);
    const { ok, finding } = verifyJournal(path, { archive });
    expect({ ok, code: finding?.code }).toEqual({ ok: false, code });
    expect(verifyJournal(path).ok).toBe(true);
  });

  it('in the journal, by a payload that is said to be in it, is found without it', async () => {
    const { path, journal } = await years();
    await journal.archive({ before: BEFORE });
    await journal.close();
    const db = new DatabaseSync(path);
    db.exec(`UPDATE events SET body = CAST('A1' AS BLOB) WHERE stream =
      (SELECT id FROM streams WHERE name = 'incident/open') AND version = 2`);
    db.close();
    expect(verifyJournal(path).finding?.code).toBe('JOURNAL_ARCHIVE_DIFFERS');
  });
});

describe('a process that is killed while it archives', () => {
  it('leaves every payload in the journal or in a file that is on record, and the next run ends it', async () => {
    const { path, archive, journal } = await years(60);
    await journal.close();
    const pick = random(SEED);
    let kills = 0;
    for (let turn = 0; turn < 12; turn += 1) {
      const isDone = await runChild(path, archive, pick(120));
      if (isDone) break;
      kills += 1;
      expect(verifyJournal(path, { archive }), `kill ${kills}`).toMatchObject({ ok: true });
      const kept = tailJournal(path, { archive, limit: 2_000 }).recorded;
      expect(kept.filter(({ event }) => event.type === 'NoteAdded')).toHaveLength(62);
    }
    const again = await opened(path, { archive });
    await again.archive({ before: BEFORE, filesMax: 1_000 });
    const { ok, archived } = verifyJournal(path, { archive });
    expect({ ok, events: archived?.events }).toEqual({ ok: true, events: 180 });
    expect(readdirSync(archive)).toHaveLength(archived?.files ?? 0);
    expect(kills).toBeGreaterThan(0);
  }, 120_000);
});

/** Killed so many milliseconds after it began; answers whether it was done by then. */
function runChild(path: string, archive: string, killAfterMs: number): Promise<boolean> {
  const child = new URL('./archive-child.ts', import.meta.url).pathname;
  const run = spawn(process.execPath, [child, path, archive, String(BEFORE)]);
  let said = '';
  return new Promise((done) => {
    run.stdout.on('data', (text) => {
      if (said === '') setTimeout(() => run.kill('SIGKILL'), killAfterMs);
      said += String(text);
    });
    run.on('exit', () => done(said.includes('done')));
  });
}

function never(): never {
  throw new Error('no event');
}
