import { createHash } from 'node:crypto';

/** One part of an upload, held in memory until the service has it. */
export interface Part {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** Of these bytes, raw. */
  readonly sha256: Buffer;
  /** Whether the bytes ended within it. */
  readonly isLast: boolean;
  /** Gives its memory back. */
  free(): void;
}

const mebibyte = 1024 * 1024;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const partsMax = 10_000;

/** No part but the last may be smaller. */
const firstBytes = 5 * mebibyte;
const largestBytes = 640 * mebibyte;
const ofOneSize = 1_000;

/**
 * 5 MiB for the first thousand, then twice as much for each thousand more, 640 MiB at most: 10,000 parts hold 2.4 TiB, and
 * what is smaller than 70 GiB never has a part of more than 40 MiB.
 */
export function partBytes(number: number): number {
  return Math.min(largestBytes, firstBytes * 2 ** Math.floor((number - 1) / ofOneSize));
}

/** How many are on their way at once: two, and one where a part is larger than the first ones. */
export function partsAtOnce(number: number): number {
  return partBytes(number) === firstBytes ? 2 : 1;
}

/** Cuts a stream into parts. Memory that was given back is used again. An empty stream is one empty part. */
export async function* partsOf(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Part> {
  const spare: Buffer[] = [];
  let number = 1;
  let filling = fresh(number);
  for await (const chunk of bytes) {
    let rest = chunk;
    while (rest.length > 0) {
      if (filling.used === filling.memory.length) {
        yield whole(filling, number, false);
        number += 1;
        filling = fresh(number);
      }
      const taken = rest.subarray(0, filling.memory.length - filling.used);
      filling.memory.set(taken, filling.used);
      filling.hash.update(taken);
      filling.used += taken.length;
      rest = rest.subarray(taken.length);
    }
  }
  yield whole(filling, number, true);

  function fresh(next: number) {
    const size = partBytes(next);
    const memory = spare.pop();
    return {
      memory: memory?.length === size ? memory : Buffer.allocUnsafeSlow(size),
      used: 0,
      hash: createHash('sha256'),
    };
  }

  function whole(
    { memory, used, hash }: ReturnType<typeof fresh>,
    of: number,
    isLast: boolean,
  ): Part {
    return {
      number: of,
      bytes: memory.subarray(0, used),
      sha256: hash.digest(),
      isLast,
      free: () => void spare.push(memory),
    };
  }
}
