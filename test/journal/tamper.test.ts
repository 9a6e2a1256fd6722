import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random, SEED } from './random.ts';
import {
  inspect,
  type RecordedJournal,
  recordJournal,
  tamperings,
  tamperWith,
} from './tampering.ts';
import { SCRATCH } from './temp.ts';

const FULL = process.env['TOCSIN_FULL'] === '1';
const JOURNALS = FULL ? 60 : 4;
const TIMES = FULL ? 25 : 5;

describe(`a journal that was touched (TOCSIN_SEED=${SEED})`, () => {
  const folder = mkdtempSync(join(SCRATCH, 'tocsin-tamper-'));
  const journals: RecordedJournal[] = [];

  beforeAll(async () => {
    const pick = random(SEED);
    for (let n = 0; n < JOURNALS; n++) {
      journals.push(await recordJournal(join(folder, `${n}.db`), pick));
    }
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is fine as long as it was not', () => {
    for (const journal of journals) {
      expect(inspect(journal.path, journal)).toMatchObject({
        ok: true,
        finding: undefined,
        cannotKnow: [],
      });
    }
  });

  it.each(Object.keys(tamperings))(
    'is found out, and where, when somebody %s',
    async (name) => {
      let tried = 0;
      for await (const each of tamperWith([name], { folder, journals, times: TIMES, seed: SEED })) {
        expect(each.missed, `${name}, journal ${each.journal}, time ${each.time}`).toBeUndefined();
        tried += 1;
      }
      expect(tried).toBe(JOURNALS * TIMES);
    },
    600_000,
  );
});
