import { broken } from '../trouble.ts';
import { blockBytes, blockIn, type Header, paddingOf, recordIn } from './header.ts';

export interface Member extends Header {
  /** To be read before the next one is asked for; what nobody reads is passed over. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The members of an archive, one after the other. Rejects where it was cut, and where anything stands behind its end. */
export async function* membersOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const reader = readerOf(bytes);
  let record: ReadonlyMap<string, string> = new Map();
  try {
    for (;;) {
      const head = await reader.take(blockBytes);
      if (isEmpty(head)) break;
      const read = blockIn(head, record);
      if (read.is === 'record') {
        record = recordIn(await reader.take(read.size));
        await reader.take(paddingOf(read.size));
        continue;
      }
      record = new Map();
      const { size } = read.header;
      let left = size;
      async function* body(): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          const part = await reader.part(left);
          left -= part.length;
          yield part;
        }
      }
      yield { ...read.header, body: body() };
      while (left > 0) left -= (await reader.part(left)).length;
      await reader.take(paddingOf(size));
    }
    if (!isEmpty(await reader.take(blockBytes))) throw broken('it goes on behind its end');
    if (await reader.next()) throw broken('it goes on behind its end');
  } finally {
    await reader.close();
  }
}

function isEmpty(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

function readerOf(bytes: AsyncIterable<Uint8Array>) {
  const source = bytes[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);

  async function more(): Promise<boolean> {
    while (held.length === 0) {
      const { value, done } = await source.next();
      if (done) return false;
      held = value;
    }
    return true;
  }
  async function part(most: number): Promise<Uint8Array> {
    if (!(await more())) throw broken('it ends in the middle: it was cut');
    const taken = held.subarray(0, most);
    held = held.subarray(taken.length);
    return taken;
  }
  return {
    next: more,
    part,
    async take(count: number): Promise<Buffer> {
      const parts: Uint8Array[] = [];
      for (let left = count; left > 0; ) {
        const taken = await part(left);
        parts.push(taken);
        left -= taken.length;
      }
      return Buffer.concat(parts);
    },
    close: async () => void (await source.return?.()),
  };
}
