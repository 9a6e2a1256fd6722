import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { broken, faultOf } from '../trouble.ts';

/** As `zstd` does by itself: level 3, and a checksum at the end. https://facebook.github.io/zstd/zstd_manual.html */
export function compressed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return through(bytes, createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }));
}

/** Rejects with BACKUP_PROGRAM_FAILED where it was cut, or is none. */
export async function* decompressed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* through(bytes, createZstdDecompress());
  } catch (error) {
    const fault = faultOf(error) ?? '';
    if (!/^(Z_|ZSTD_)/.test(fault)) throw error;
    throw broken(error instanceof Error ? error.message : fault, 'zstd');
  }
}

async function* through(
  bytes: AsyncIterable<Uint8Array>,
  coder: ReturnType<typeof createZstdCompress> | ReturnType<typeof createZstdDecompress>,
): AsyncGenerator<Uint8Array> {
  const flow = pipeline(bytes, coder);
  // What fails in it comes out of the coder as well.
  flow.catch(() => undefined);
  try {
    yield* coder;
    await flow;
  } finally {
    coder.destroy();
    await flow.catch(() => undefined);
  }
}
