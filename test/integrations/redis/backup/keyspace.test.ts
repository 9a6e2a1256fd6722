import { expect, it } from 'vitest';
import {
  contentBetween,
  keysIn,
  widened,
} from '../../../../src/integrations/redis/backup/keyspace.ts';

it('keys are counted by database', () => {
  const info =
    '# Keyspace\r\ndb0:keys=12,expires=3,avg_ttl=0\r\ndb11:keys=1,expires=0,avg_ttl=0\r\n';
  expect(keysIn(info)).toEqual({ db0: 12, db11: 1 });
  expect(keysIn('# Keyspace\r\n')).toEqual({});
});

it('of many counts the fewest and the most are kept; a database that is not named holds nothing', () => {
  let samples = widened([], { db0: 5 });
  for (const next of [{ db0: 9, db1: 2 }, { db0: 3 }, { db0: 4, db1: 1 }]) {
    samples = widened(samples, next);
  }
  expect(samples).toHaveLength(2);
  expect(contentBetween(samples)).toEqual({
    counts: { db0: 3, db1: 0 },
    atMost: { db0: 9, db1: 2 },
    uncounted: 0,
  });
});
