import { describe, expect, it } from 'vitest';
import { judgeBytes, judgeContent, judgeManifest } from '../../../src/core/backup/compare.ts';
import { manifest } from './sample.ts';

const seen = { isSigned: true, isOurKey: true, digest: 'd', recorded: 'd' };
const verdicts = (checks: readonly { readonly name: string; readonly ok: boolean }[]) =>
  checks.map(({ name, ok }) => `${name} ${ok}`);

describe('a manifest', () => {
  it('is believed when our key signed it and the record knows it', () => {
    expect(verdicts(judgeManifest(seen))).toEqual(['signature true', 'record true']);
  });

  it('is not believed when it is changed, or signed anew by anybody', () => {
    expect(verdicts(judgeManifest({ ...seen, isSigned: false }))).toContain('signature false');
    expect(verdicts(judgeManifest({ ...seen, digest: 'e' }))).toEqual([
      'signature true',
      'record false',
    ]);
    expect(verdicts(judgeManifest({ ...seen, isOurKey: false, digest: 'e' }))).toEqual([
      'signature false',
      'record false',
    ]);
  });

  it('outlives the key that signed it, for the record holds what was signed', () => {
    expect(verdicts(judgeManifest({ ...seen, isOurKey: false }))).toEqual([
      'signature true',
      'record true',
    ]);
  });
});

describe('an artefact', () => {
  const { sha256, bytes } = manifest.artefact;
  it.each([
    [{ bytes, sha256 }, true, `100 bytes, SHA-256 ${sha256.slice(0, 12)}…`],
    [{ bytes: 0, sha256: 'e3' }, false, '0 bytes instead of 100'],
    [{ bytes, sha256: 'ab'.repeat(32) }, false, 'the bytes are others'],
  ])('is held against what the manifest says: %o', (read, ok, says) => {
    expect(judgeBytes(manifest, read)).toEqual({ name: 'checksum', ok, says });
  });
});

describe('what was restored', () => {
  const then = {
    counts: { a: 1, b: 20, c: 0 },
    uncounted: 2,
    query: { asked: 'SELECT 1', answered: '[["1"]]' },
  };

  it('is as it was', () => {
    expect(judgeContent(then, { ...then, counts: { ...then.counts, more: 5 } })).toEqual([
      {
        name: 'rows',
        ok: true,
        says: '21 rows in 3 tables, as they were; 2 were not counted',
      },
      { name: 'query', ok: true, says: 'answered [["1"]], as then' },
    ]);
  });

  it('names what differs, three tables at most', () => {
    const counts = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`t${n}`, n]));
    const checks = judgeContent({ counts, uncounted: 0 }, { counts: { t0: 9 }, uncounted: 0 });
    expect(checks).toEqual([
      {
        name: 'rows',
        ok: false,
        says: 't0 has 9 rows instead of 0, t1 has no rows instead of 1, t2 has no rows instead of 2, and 2 more',
      },
    ]);
  });

  it('lies between what was counted while it was copied, where it went on changing', () => {
    const around = { counts: { db0: 10, db1: 0 }, atMost: { db0: 12, db1: 1 }, uncounted: 0 };
    const judged = (counts: Readonly<Record<string, number>>) =>
      judgeContent(around, { counts, uncounted: 0 });
    expect(judged({ db0: 11 })).toEqual([
      {
        name: 'rows',
        ok: true,
        says: '11 keys in 2 databases, within what was counted while it was copied',
      },
    ]);
    expect(judged({ db0: 10, db1: 1 })).toMatchObject([{ ok: true }]);
    expect(judged({ db0: 9, db1: 2, db7: 1 })).toEqual([
      {
        name: 'rows',
        ok: false,
        says: 'db0 has 9 keys instead of 10 to 12, db1 has 2 keys instead of 0 to 1, db7 has 1 keys instead of 0',
      },
    ]);
  });

  it('answers its question as it did', () => {
    const now = { ...then, query: { asked: 'SELECT 1', answered: '[["2"]]' } };
    expect(judgeContent(then, now)[1]).toEqual({
      name: 'query',
      ok: false,
      says: 'answered [["2"]] instead of [["1"]]',
    });
  });
});
