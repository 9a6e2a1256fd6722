import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyJournal } from '../../src/journal/index.ts';
import { replayOf, threadsOf } from '../fixtures/journals/replay.ts';
import { appended, cause, opened, tempPath, write } from './temp.ts';

const folder = new URL('../fixtures/journals/', import.meta.url);
const versions = readdirSync(folder).flatMap((file) =>
  file.endsWith('.db') ? file.slice(0, -3) : [],
);

describe('the journal recorded by a release', () => {
  it('is there for the first release', () => {
    expect(versions).toContain('0.1.0');
  });

  it.each(versions)(
    '%s verifies, replays to the same events and takes new ones',
    async (version) => {
      const about = JSON.parse(readFileSync(new URL(`${version}.json`, folder), 'utf8'));
      const path = tempPath();
      copyFileSync(new URL(`${version}.db`, folder), path);
      const checkpoint = about.checkpoints.map((each: unknown) => JSON.stringify(each)).join('\n');
      const { publicKey, events, replay } = about;
      expect(verifyJournal(path, { checkpoint, publicKey })).toMatchObject({
        ok: true,
        erased: 1,
        events,
        cannotKnow: [],
      });

      const journal = await opened(path);
      expect(await replayOf(journal)).toEqual({ events, replay });
      // Where only words changed the text is written anew; times, people and outcomes never change.
      expect(await threadsOf(journal)).toBe(
        readFileSync(new URL(`${version}.txt`, folder), 'utf8'),
      );
      await appended(journal, cause('today'), write('incident/today', 0, 'one'));
      await journal.checkpoint();
      expect(await journal.verify({ checkpoint })).toMatchObject({
        finding: { code: 'JOURNAL_KEY_UNKNOWN' },
      });
      expect(await journal.verify()).toMatchObject({ ok: true });
    },
  );
});
