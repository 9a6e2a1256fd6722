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
    paceMs: 50,
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

it('replicas are waited for, and one that does not keep up is not waited for again', async () => {
  const asked: string[] = [];
  const pages = [
    ['1', [Buffer.from('a')]],
    ['0', [Buffer.from('b')]],
  ];
  const source: ByteServer = {
    ...serverOf({}),
    async bytes(command) {
      return command === 'SCAN' ? pages.shift() : [[5_000_000, '0', dumpOf(10)]];
    },
  };
  const { target, there } = serverThatReads(10);
  await fill({
    source,
    target: {
      ...target,
      async call(command, ...words) {
        if (command !== 'WAIT') return '';
        asked.push(words.join(' '));
        return 1;
      },
    },
    replicas: 2,
    paceMs: 50,
    carried: () => undefined,
    signal: new AbortController().signal,
  });
  expect(there).toEqual(['a', 'b']);
  expect([asked.filter((each) => each === '2 50').length, asked.at(-1)]).toEqual([20, '1 50']);
  expect(asked).toHaveLength(21);
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
