import { expect, it } from 'vitest';
import { checkMemory, memoryIn } from '../../../../src/integrations/redis/backup/memory.ts';
import { spareName, spareNamed } from '../../../../src/integrations/redis/backup/spare.ts';

it('the name of what is kept says which database it is in, and is read back', () => {
  const kept = {
    kind: 'before',
    mark: '1a2b3c',
    pairs: [
      { used: 0, spare: 15 },
      { used: 3, spare: 14 },
    ],
  } as const;
  expect(spareName(kept)).toBe('before_1a2b3c (db0 in db15, db3 in db14)');
  expect(spareNamed(spareName(kept))).toEqual(kept);
});

it.each(['cache-main', 'before_1a2b3c', 'before_1a2b3c (db0)', 'after_1a2b3c (db0 in db15)', ''])(
  '%j is the name of nothing that a restore has made',
  (name) => {
    expect(spareNamed(name)).toBeUndefined();
  },
);

const mebibyte = 1024 * 1024;
const limited = `used_memory:${40 * mebibyte}\r\nmaxmemory:${100 * mebibyte}\r\nmaxmemory_policy:allkeys-lru\r\n`;
const unlimited = `used_memory:${40 * mebibyte}\r\ntotal_system_memory:${100 * mebibyte}\r\nmaxmemory:0\r\n`;

it.each([
  ['maxmemory', limited, 'MiB (maxmemory, allkeys-lru)'],
  ['the memory of the machine', unlimited, 'MiB (the memory of its machine, no maxmemory)'],
])('nothing comes within 5 %% of %s', (_, info, says) => {
  expect(() => checkMemory(memoryIn(info), 55 * mebibyte, 'm:6379')).not.toThrow();
  expect(() => checkMemory(memoryIn(info), 55 * mebibyte + 1, 'm:6379')).toThrow(
    expect.objectContaining({
      problem: {
        code: 'REDIS_RESTORE_NO_MEMORY',
        facts: expect.objectContaining({ limit: expect.stringContaining(says) }),
      },
    }),
  );
});

it('a server that does not tell its memory is not held against any', () => {
  expect(() => checkMemory(memoryIn(''), 1e12, 'm:6379')).not.toThrow();
});
