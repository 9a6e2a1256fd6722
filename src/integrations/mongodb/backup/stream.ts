import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { ProblemError, problem } from '../../../core/problem.ts';
import { type Blocks, createArchiveReader, type Documents } from './archive.ts';

/** As `mongodump --gzip --archive` keeps it, so that `mongorestore --gzip --archive=FILE` reads it by hand. */
export function compressed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return through(bytes, createGzip());
}

/** Rejects with BACKUP_PROGRAM_FAILED where it was cut, or is none. */
export async function* decompressed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* through(bytes, createGunzip());
  } catch (error) {
    const isOurs = error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
    if (!isOurs) throw error;
    const facts = { program: 'gzip', why: error.message };
    throw new ProblemError(problem('BACKUP_PROGRAM_FAILED', facts), { cause: error });
  }
}

/** Passes an archive on and counts what is in it; `found` is told once all of it went through. */
export async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  sums: boolean,
  found: (documents: Documents) => void,
): AsyncGenerator<Uint8Array> {
  const reader = createArchiveReader(await blocks(sums));
  for await (const chunk of bytes) {
    reader.feed(chunk);
    yield chunk;
  }
  found(reader.end());
}

/** Loaded with the first archive, as the rest of the driver is. */
async function blocks(sums: boolean): Promise<Blocks> {
  const { BSON } = await import('mongodb');
  return { sums, parse: (bytes) => BSON.deserialize(bytes, { promoteLongs: false }) };
}

async function* through(
  bytes: AsyncIterable<Uint8Array>,
  coder: ReturnType<typeof createGzip> | ReturnType<typeof createGunzip>,
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
