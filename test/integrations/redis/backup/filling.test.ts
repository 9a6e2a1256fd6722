import { expect, it } from 'vitest';
import { fill, versionOf } from '../../../../src/integrations/redis/backup/filling.ts';
import type { ByteServer } from '../../../../src/integrations/redis/connection.ts';

/** As DUMP gives it out: the value, two bytes of the version, eight of the checksum. */
const dumpOf = (version: number) =>
  Buffer.concat([Buffer.from([0, 1, 0x61, version, 0]), Buffer.alloc(8)]);

it('what DUMP gives out says the version of its format', () => {
  expect(versionOf(dumpOf(10))).toBe(10);
  expect([versionOf(null), versionOf(Buffer.alloc(3))]).toEqual([0, 0]);
});

it.each([
  ['an older format is taken', 9, 10, ['a']],
  ['the same format is taken', 10, 10, ['a']],
  ['a newer one is refused in words before anything is sent', 11, 10, 'REDIS_RESTORE_NEWER'],
])('%s', async (_, written, understood, comes) => {
  const { target, there } = serverThatReads(understood);
  const filling = {
    source: serverOf({ SCAN: ['0', [Buffer.from('a')]], EVAL: [[100, '0', dumpOf(written)]] }),
    target,
    replicas: 0,
    carried: () => undefined,
    signal: new AbortController().signal,
  };
  if (typeof comes === 'string') {
    await expect(fill(filling)).rejects.toMatchObject({
      problem: { code: comes, facts: { found: written, understood } },
    });
    expect(there).toEqual([]);
  } else {
    await fill(filling);
    expect(there).toEqual(comes);
  }
});

function serverOf(answers: Readonly<Record<string, unknown>>): ByteServer {
  const answer = async (command: string) => answers[command];
  return { address: 'm:6379', call: answer, bytes: answer };
}

function serverThatReads(version: number) {
  const there: string[] = [];
  const target: ByteServer = {
    ...serverOf({ INFO: '' }),
    async bytes(command, key) {
      if (command === 'RESTORE') there.push(String(key));
      return command === 'DUMP' ? dumpOf(version) : 'OK';
    },
  };
  return { target, there };
}
