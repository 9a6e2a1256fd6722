import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import {
  constants,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib';
import { ProblemError, problem } from '../../../core/problem.ts';

type Bytes = AsyncIterable<Uint8Array>;
export type Packing = 'gzip' | 'zstd';

/** What is handed on at once. */
const chunkSize = 256 * 1024;

const packers: Readonly<
  Record<Packing, { readonly pack: () => Duplex; readonly unpack: () => Duplex }>
> = {
  gzip: {
    pack: () => createGzip({ level: 6, chunkSize }),
    unpack: () => createGunzip({ chunkSize }),
  },
  zstd: {
    // With a checksum, which it has only where it is asked for.
    pack: () => createZstdCompress({ chunkSize, params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    unpack: () => createZstdDecompress({ chunkSize }),
  },
};

/** Compressed on their way, at the pace of whoever reads. */
export function packed(bytes: Bytes, how: Packing): Bytes {
  return through(bytes, packers[how].pack());
}

/** As they were before. Rejects with BACKUP_PROGRAM_FAILED, as a program does, where they were not packed so or are not whole. */
export async function* unpacked(bytes: Bytes, how: Packing): AsyncGenerator<Uint8Array> {
  let length = 0;
  try {
    for await (const chunk of through(bytes, packers[how].unpack())) {
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw isOfPacking(error) ? notWhole(how, String(error.message)) : error;
  }
  // Nothing at all is packed into something.
  if (length === 0) throw notWhole(how, 'there is nothing in it');
}

/** An error on one side ends both. */
function through(bytes: Bytes, transform: Duplex): Bytes {
  pipeline(bytes, transform, () => undefined);
  return transform;
}

export function notWhole(program: string, why: string): ProblemError {
  return new ProblemError(problem('BACKUP_PROGRAM_FAILED', { program, why }));
}

/** https://nodejs.org/api/zlib.html#constants */
function isOfPacking(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code))
  );
}
