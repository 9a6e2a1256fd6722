import { ProblemError, problem } from '../../../core/problem.ts';

/** `REDIS` and four digits: https://github.com/redis/redis/blob/7.0/src/rdb.c */
const header = /^REDIS\d{4}$/;
const headerBytes = 9;
/** 0xFF and the CRC64 of all before it, eight bytes; zeros where the server keeps none. */
const endBytes = 9;
const endMark = 0xff;
/** A server that streams without a file ends with 40 hexadecimal digits, which `redis-cli` passes on to a pipe. */
const wireMark = /^[0-9a-f]{40}$/;
const wireBytes = 40;

/**
 * Passes an RDB on, without what the wire put behind it, and rejects with BACKUP_PROGRAM_FAILED where it does not begin
 * and end as one does. The last 40 bytes of an RDB hold 0xFF, so that nothing of it is ever taken for that mark.
 */
export async function* framed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head.length < headerBytes) {
      head = Buffer.concat([head, chunk.subarray(0, headerBytes - head.length)]);
    }
    const held = Buffer.concat([tail, chunk]);
    const keep = Math.min(held.length, wireBytes + endBytes);
    tail = held.subarray(held.length - keep);
    if (held.length > keep) yield held.subarray(0, held.length - keep);
  }
  const isMarked = wireMark.test(tail.subarray(-wireBytes).toString('latin1'));
  const rest = isMarked ? tail.subarray(0, tail.length - wireBytes) : tail;
  if (!header.test(head.toString('latin1'))) throw broken('it does not begin as an RDB does');
  if (rest.at(-endBytes) !== endMark) throw broken('it does not end as an RDB does: it was cut');
  yield rest;
}

function broken(why: string): ProblemError {
  return new ProblemError(problem('BACKUP_PROGRAM_FAILED', { program: 'RDB', why }));
}
