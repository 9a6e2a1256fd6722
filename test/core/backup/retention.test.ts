import { describe, expect, it } from 'vitest';
import { type BackupEvent, evolveBackups, noBackups } from '../../../src/core/backup/record.ts';
import { type Keep, outlived } from '../../../src/core/backup/retention.ts';
import { taken } from './sample.ts';

const day = 86_400_000;
/** Ten nights, b1 the oldest; those named were verified, with what was found. */
const recordOf = (verified: Readonly<Record<string, boolean>>) => {
  const nights = Array.from({ length: 10 }, (_, index) =>
    taken({ id: `b${index + 1}`, startedAt: index * day, endedAt: index * day }),
  );
  const found = Object.entries(verified).map(
    ([id, ok]): BackupEvent => ({
      type: 'BackupVerified',
      v: 1,
      id,
      operation: 'op-1',
      ok,
      checks: [],
    }),
  );
  return [...nights, ...found].reduce(
    (state, event) => evolveBackups(state, event, { at: 0 }),
    noBackups,
  );
};
const going = (keep: Keep, verified: Readonly<Record<string, boolean>> = {}) =>
  outlived(recordOf(verified), keep, { store: '/backups', now: 9 * day }).map(({ id }) => id);

describe('what nothing keeps', () => {
  it('is older than its days and not among the newest, and either is enough to stay', () => {
    expect(going({ days: 5 })).toEqual(['b1', 'b2', 'b3', 'b4']);
    expect(going({ count: 8 })).toEqual(['b1', 'b2']);
    expect(going({ days: 5, count: 8 })).toEqual(['b1', 'b2']);
    expect(going({ days: 8, count: 3 })).toEqual(['b1']);
  });

  it('is never the newest that was verified', () => {
    expect(going({ count: 2 }, { b3: true })).not.toContain('b3');
    expect(going({ count: 2 }, { b3: true, b5: true })).toContain('b3');
    expect(going({ count: 2 }, { b3: true, b5: false })).not.toContain('b3');
  });

  it('is never the newest of all', () => {
    expect(outlived(recordOf({}), { days: 1 }, { store: '/backups', now: 900 * day })).toHaveLength(
      9,
    );
  });

  it('is nothing that lies elsewhere', () => {
    expect(outlived(recordOf({}), { days: 1 }, { store: 's3://x', now: 900 * day })).toEqual([]);
  });
});
