import { describe, expect, it } from 'vitest';
import {
  chainFrom,
  commitIn,
  lineageOf,
} from '../../../../src/integrations/postgres/backup/archive.ts';
import { restoreCommand } from '../../../../src/integrations/postgres/backup/cluster.ts';

const bytes = 16 * 1024 ** 2;
const perLog = 256;
const one = (number: string) => `00000001000000${number}`;
const two = (number: string) => `00000002000000${number}`;
const history = '1\t0/5000158\tno recovery target specified\n';

describe('the files of an archive', () => {
  it('are followed as far as none is missing, over the end of a log', () => {
    const lineage = [{ timeline: 1, from: 0 }];
    const all = new Set([
      '0000000100000000000000FE',
      '0000000100000000000000FF',
      '000000010000000100000000',
      '000000010000000100000002',
    ]);
    expect(chainFrom({ segments: all, lineage, perLog }, 254)).toEqual([
      '0000000100000000000000FE',
      '0000000100000000000000FF',
      '000000010000000100000000',
    ]);
    expect(chainFrom({ segments: all, lineage, perLog }, 253)).toEqual([]);
  });

  it('go on with those of the timeline that comes from the one before', () => {
    const lineage = lineageOf(history, { newest: 2, own: 1, bytes });
    expect(lineage).toEqual([
      { timeline: 1, from: 0 },
      { timeline: 2, from: 5 },
    ]);
    const segments = new Set([
      one('0000000004'),
      // The old primary wrote on behind its end: nobody follows that.
      one('0000000005'),
      one('0000000006'),
      two('0000000005'),
      two('0000000006'),
    ]);
    expect(lineage && chainFrom({ segments, lineage, perLog }, 4)).toEqual([
      one('0000000004'),
      two('0000000005'),
      two('0000000006'),
    ]);
  });

  it('of a timeline that comes from another one are not followed', () => {
    expect(lineageOf('1\t0/5000158\tx\n2\t0/9000000\tx\n', { newest: 3, own: 2, bytes })).toEqual([
      { timeline: 2, from: 0 },
      { timeline: 3, from: 9 },
    ]);
    expect(lineageOf(history, { newest: 3, own: 2, bytes })).toBeUndefined();
    expect(lineageOf('', { newest: 1, own: 1, bytes })).toEqual([{ timeline: 1, from: 0 }]);
  });
});

it('a transaction is reached by every millisecond before it', () => {
  const line = (rest: string) =>
    `rmgr: Transaction len (rec/tot):     34/    34, tx:        733, lsn: 0/0152A2F8, prev 0/0152A2B8, desc: ${rest}`;
  const at = Date.UTC(2026, 10, 26, 3, 0, 0);
  expect(commitIn(line('COMMIT 2026-11-26 03:00:00.123456 UTC'))).toBe(at + 123);
  expect(commitIn(line('COMMIT 2026-11-26 03:00:00.123000 UTC; inval msgs: catcache 80'))).toBe(
    at + 122,
  );
  expect(commitIn(line('ABORT 2026-11-26 03:00:00 UTC'))).toBe(at - 1);
  expect(commitIn(line('INVALIDATION ; inval msgs'))).toBeUndefined();
});

it('the folder of an archive is named to the server so that its shell reads nothing into it', () => {
  expect(restoreCommand("/srv/it's 100%")).toBe(
    "test -f '/srv/it'\\''s 100%%'/'%f' && cp '/srv/it'\\''s 100%%'/'%f' '%p'",
  );
});
