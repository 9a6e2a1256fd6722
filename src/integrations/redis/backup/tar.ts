import { ProblemError, problem } from '../../../core/problem.ts';

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 (ustar) */
const blockBytes = 512;
const sizeAt = 124;
const sumAt = 148;
const octalMax = 0o77777777777;

export interface Entry {
  readonly name: string;
  readonly bytes: number;
}

/** What stands before a file of that size, for whom nothing but its name is known. Names are ours, and short. */
export function headerOf({ name, bytes }: Entry, at: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const seconds = Math.floor(at / 1000);
  for (const [offset, text] of [
    [0, name],
    [100, '0000600\0'],
    [108, '0000000\0'],
    [116, '0000000\0'],
    [136, `${seconds.toString(8).padStart(11, '0')}\0`],
    [sumAt, ' '.repeat(8)],
    [156, '0'],
    [257, 'ustar\x0000'],
  ] as const) {
    header.write(text, offset, 'latin1');
  }
  if (bytes <= octalMax) header.write(`${bytes.toString(8).padStart(11, '0')}\0`, sizeAt, 'latin1');
  else {
    // What octal digits do not hold is written in base 256, which GNU tar and bsdtar read.
    header.writeUInt8(0x80, sizeAt);
    header.writeBigUInt64BE(BigInt(bytes), sizeAt + 4);
  }
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, sumAt, 'latin1');
  return header;
}

/** Fills its last block. */
export function paddingOf(bytes: number): Buffer {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
}

export const endOfTar: Buffer = Buffer.alloc(2 * blockBytes);

/**
 * Each file in turn; its bytes are read to their end before the next is asked for. Rejects with BACKUP_PROGRAM_FAILED where it is no
 * tar of ours, or is cut: the two empty blocks at its end have to be there. What is left then is read as well.
 */
export async function* entriesOf(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Entry & { readonly content: AsyncIterable<Uint8Array> }> {
  const source = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  async function* take(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (held.length === 0) {
        const { done, value } = await source.next();
        if (done) throw broken('it is cut');
        held = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      }
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }
  async function block(): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of take(blockBytes)) parts.push(part);
    return Buffer.concat(parts);
  }

  try {
    for (;;) {
      const header = await block();
      if (isEmpty(header)) {
        if (isEmpty(await block())) return;
        throw broken('it does not end as a tar does');
      }
      const entry = entryIn(header);
      yield { ...entry, content: take(entry.bytes) };
      for await (const _ of take(paddingOf(entry.bytes).length));
    }
  } finally {
    // Whoever counts what passes counts all of it, and nothing stays open.
    while (!signal.aborted && !(await source.next()).done);
    await source.return?.();
  }
}

const isEmpty = (block: Buffer) => block.every((byte) => byte === 0);

function entryIn(header: Buffer): Entry {
  const sum = Number.parseInt(header.toString('latin1', sumAt, sumAt + 8), 8);
  if (sum !== sumOf(header)) throw broken('a header in it does not have its checksum');
  const [name = ''] = header.toString('latin1', 0, 100).split('\0');
  const bytes =
    header.readUInt8(sizeAt) === 0x80
      ? Number(header.readBigUInt64BE(sizeAt + 4))
      : Number.parseInt(header.toString('latin1', sizeAt, sizeAt + 12), 8);
  return { name, bytes };
}

/** Of all its bytes, where those of the sum itself count as spaces. */
function sumOf(header: Buffer): number {
  let sum = 0;
  for (const [at, byte] of header.entries()) {
    sum += at >= sumAt && at < sumAt + 8 ? 0x20 : byte;
  }
  return sum;
}

function broken(why: string): ProblemError {
  return new ProblemError(problem('BACKUP_PROGRAM_FAILED', { program: 'tar', why }));
}
