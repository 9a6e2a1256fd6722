import { describe, expect, it } from 'vitest';
import { estimateOf, progressOf, roomNeeded, sayBytes } from '../../../src/core/backup/estimate.ts';
import { evolveBackups, noBackups } from '../../../src/core/backup/record.ts';
import { taken } from './sample.ts';

const mib = 1024 * 1024;

describe('the size of a backup that is not taken yet', () => {
  it('is what is copied for the first, and that of the last one after it', () => {
    expect(estimateOf(noBackups, 900)).toEqual({ bytes: 900, by: 'what it holds' });
    const record = evolveBackups(noBackups, taken({ bytes: 300, startedAt: 0, endedAt: 7 }), {
      at: 9,
    });
    expect(estimateOf(record, 900)).toEqual({ bytes: 300, ms: 7, by: 'the last one' });
  });

  it('needs room to grow by half where it is a guess from before, and room to spare always', () => {
    expect(roomNeeded({ bytes: 100 * mib, by: 'the last one' })).toBe(214 * mib);
    expect(roomNeeded({ bytes: 100 * mib, by: 'what it holds' })).toBe(164 * mib);
  });
});

describe('how far it is', () => {
  it('is said some twenty times, however large it is', () => {
    for (const bytes of [0, 3 * mib, 1024 * mib, 3_000_000 * mib]) {
      const said = new Set<number>();
      for (let part = 0; part <= 1000; part += 1)
        said.add(progressOf((bytes * part) / 1000, bytes).done);
      expect(said.size, sayBytes(bytes)).toBeLessThanOrEqual(23);
    }
  });

  it('goes on past the estimate', () => {
    expect(progressOf(150 * mib, 100 * mib)).toEqual({ done: 150, of: 150 });
    expect(progressOf(50 * mib, 100 * mib)).toEqual({ done: 50, of: 100 });
  });
});

describe('bytes', () => {
  it('are said in the unit in which they are short', () => {
    expect([0, 900, 1536, 80 * mib, 1.44 * 1024 * mib].map(sayBytes)).toEqual([
      '0 B',
      '900 B',
      '1.5 KiB',
      '80 MiB',
      '1.4 GiB',
    ]);
  });
});
