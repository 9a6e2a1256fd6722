import { describe, expect, it } from 'vitest';
import { framed } from '../../../../src/integrations/redis/backup/rdb.ts';

const rdb = Buffer.concat([
  Buffer.from(`REDIS0010${'keys and values '.repeat(20)}`),
  Buffer.from([0xff, 1, 2, 3, 4, 5, 6, 7, 8]),
]);
const mark = Buffer.from('da79c7d92f309a0a1fb641c8beee979c6f647020');

describe('an RDB as it comes over the wire', () => {
  it.each([1, 7, 40, 49, 50, 4096])(
    'is passed on as it is, and without what the wire put behind it, in pieces of %i',
    async (size) => {
      expect(await through(rdb, size)).toEqual(rdb);
      expect(await through(Buffer.concat([rdb, mark]), size)).toEqual(rdb);
    },
  );

  it.each<[string, Buffer, string]>([
    ['nothing at all', Buffer.alloc(0), 'does not begin'],
    ['something else', Buffer.from('-NOPERM this user has no permissions'), 'does not begin'],
    ['one that was cut', rdb.subarray(0, -1), 'was cut'],
    ['one that was cut within its mark', Buffer.concat([rdb, mark.subarray(1)]), 'was cut'],
    ['a header', rdb.subarray(0, 9), 'was cut'],
  ])('%s is none', async (_, bytes, why) => {
    await expect(through(bytes, 16)).rejects.toMatchObject({
      problem: { code: 'BACKUP_PROGRAM_FAILED', facts: { why: expect.stringContaining(why) } },
    });
  });
});

async function through(bytes: Buffer, size: number): Promise<Buffer> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return Buffer.concat(await Array.fromAsync(framed(pieces())));
}
