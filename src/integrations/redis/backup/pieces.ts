import { ProblemError, problem } from '../../../core/problem.ts';
import type { ByteServer } from '../connection.ts';
import type { Dumped, Filling } from './filling.ts';

/** What of a large key is under way at once, about: an element that is larger goes alone. */
const pieceBytes = 1024 * 1024;

interface Way {
  readonly length: string;
  /** Pieces of so many elements: what is sent to the target for each. */
  pieces(
    source: ByteServer,
    key: Buffer,
    count: number,
  ): AsyncIterable<readonly [string, ...(string | Buffer)[]]>;
}

const ways: Readonly<Record<string, Way>> = {
  string: { length: 'STRLEN', pieces: slices('GETRANGE', 'APPEND', 'STRLEN') },
  list: { length: 'LLEN', pieces: slices('LRANGE', 'RPUSH', 'LLEN') },
  set: { length: 'SCARD', pieces: scans('SSCAN', 'SADD', (found) => found) },
  hash: { length: 'HLEN', pieces: scans('HSCAN', 'HSET', (found) => found) },
  // It answers member, score; ZADD wants score, member.
  zset: {
    length: 'ZCARD',
    pieces: scans('ZSCAN', 'ZADD', (found) =>
      found.map((_, at) => found[at % 2 === 0 ? at + 1 : at - 1] ?? Buffer.alloc(0)),
    ),
  },
};

/**
 * False for a stream, whose groups no command writes, for what a module keeps, and for hashes of servers since 7.4, whose
 * fields may have a time of their own: https://redis.io/docs/latest/commands/hpexpire/
 */
export async function isDivisible(source: ByteServer, key: Buffer): Promise<boolean> {
  const type = String(await source.bytes('TYPE', key));
  if (type !== 'hash') return Object.hasOwn(ways, type);
  const info = String(await source.call('INFO', 'server'));
  const [, major = '0', minor = '0'] = /^redis_version:(\d+)\.(\d+)/m.exec(info) ?? [];
  return Number(major) * 1000 + Number(minor) < 7004;
}

/** The same elements, some at a time; a list keeps its order. Its length is held against that of the source. */
export async function carryInPieces(
  { source, target, signal }: Filling,
  { key, bytes, expiry }: Omit<Dumped, 'payload'>,
): Promise<void> {
  const way = ways[String(await source.bytes('TYPE', key))];
  if (!way) return;
  const length = Number(await source.bytes(way.length, key));
  const count = Math.max(1, Math.floor((length * pieceBytes) / bytes));
  // A cursor may give out the same key twice, and half of it may be there.
  await target.bytes('UNLINK', key);
  for await (const [command, ...words] of way.pieces(source, key, count)) {
    signal.throwIfAborted();
    await target.bytes(command, key, ...words);
  }
  const found = Number(await target.bytes(way.length, key));
  if (found !== length) {
    const why = `a key of ${length} elements has ${found}`;
    throw new ProblemError(problem('REDIS_RESTORE_BROKE', { server: target.address, why }));
  }
  if (expiry !== '0') await target.bytes('PEXPIREAT', key, expiry);
}

function slices(ask: string, write: string, length: string): Way['pieces'] {
  return async function* (source, key, count) {
    const whole = Number(await source.bytes(length, key));
    for (let at = 0; at < whole; at += count) {
      const found = await source.bytes(ask, key, String(at), String(at + count - 1));
      yield [write, ...buffersIn(Array.isArray(found) ? found : [found])];
    }
  };
}

function scans(
  ask: string,
  write: string,
  worded: (found: readonly Buffer[]) => readonly Buffer[],
): Way['pieces'] {
  return async function* (source, key, count) {
    let cursor = '0';
    do {
      const answer = await source.bytes(ask, key, cursor, 'COUNT', String(count));
      const [next, found] = Array.isArray(answer) ? answer : [];
      cursor = String(next ?? '0');
      const elements = buffersIn(Array.isArray(found) ? found : []);
      if (elements.length > 0) yield [write, ...worded(elements)];
    } while (cursor !== '0');
  };
}

function buffersIn(found: readonly unknown[]): readonly Buffer[] {
  return found.filter((each) => Buffer.isBuffer(each));
}
