import { createHash, randomUUID } from 'node:crypto';
import type { Kept } from '../../../core/ports/backup.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { isNo, type S3 } from './client.ts';
import { type Part, partsAtOnce, partsOf } from './parts.ts';

/** Where an object goes, and with what it is sent. */
export interface Place {
  readonly s3: S3;
  readonly store: string;
  readonly bucket: string;
  readonly key: string;
  /** How many parts an upload may have. */
  readonly partsMax: number;
}

type CompletedPart = {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
  readonly ChecksumSHA256?: string;
};

interface Upload {
  readonly id: string;
  readonly place: Place;
  /** Aborted by whoever asked, and by the first part that failed. */
  readonly signal: AbortSignal;
  fail(error: unknown): void;
}

/** Says in the object itself which upload it came from, so that an answer that was lost can be told from another's object. */
const mark = 'tocsin-upload';

/**
 * Sends it in parts, each with its SHA-256 and tried again by itself; what fits into one is sent as one. Nothing is written
 * over, as far as the service can refuse that; one that cannot is asked before. Nothing stands there before it is whole.
 */
export async function upload(
  place: Place,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Kept> {
  if (await found(place)) throw taken(place);
  const hash = createHash('sha256');
  let count = 0;
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      hash.update(chunk);
      count += chunk.length;
      yield chunk;
    }
    signal.throwIfAborted();
  }
  const token = randomUUID();
  const parts = partsOf(counted())[Symbol.asyncIterator]();
  try {
    const first = await parts.next();
    if (first.done) throw new TypeError('a stream has one part at least');
    if (first.value.isLast) await sendWhole(place, first.value, { token, signal });
    else await sendParts(place, { first: first.value, parts }, { token, signal });
  } finally {
    await parts.return?.();
  }
  await confirm(place, { token, count });
  return { bytes: count, sha256: hash.digest('hex') };
}

interface Sending {
  readonly token: string;
  readonly signal: AbortSignal;
}

async function sendWhole(place: Place, part: Part, { token, signal }: Sending): Promise<void> {
  const { s3, bucket, key } = place;
  await unlessTaken(place, token, () =>
    s3.ask(
      'PutObject',
      (client, sdk, options) =>
        client.send(
          new sdk.PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: part.bytes,
            ContentLength: part.bytes.length,
            ChecksumSHA256: part.sha256.toString('base64'),
            IfNoneMatch: '*',
            Metadata: { [mark]: token },
          }),
          options,
        ),
      { signal, patience: 'transfer' },
    ),
  );
}

async function sendParts(
  place: Place,
  { first, parts }: { readonly first: Part; readonly parts: AsyncIterator<Part> },
  { token, signal }: Sending,
): Promise<void> {
  const { s3, bucket, key } = place;
  const failing = new AbortController();
  const created = await s3.ask(
    'CreateMultipartUpload',
    (client, sdk, options) =>
      client.send(
        new sdk.CreateMultipartUploadCommand({
          Bucket: bucket,
          Key: key,
          ChecksumAlgorithm: 'SHA256',
          Metadata: { [mark]: token },
        }),
        options,
      ),
    { signal, patience: 'transfer' },
  );
  const id = created.UploadId ?? '';
  const going: Upload = {
    id,
    place,
    signal: AbortSignal.any([signal, failing.signal]),
    fail: (error) => failing.abort(error),
  };
  try {
    const done = await sendAll(going, { first, parts });
    signal.throwIfAborted();
    await unlessTaken(place, token, () => complete(going, done));
  } catch (error) {
    await abandon(place, id).catch(() => undefined);
    throw error;
  }
}

/** A few at a time; the next bytes are read once one of them has arrived. */
async function sendAll(
  going: Upload,
  { first, parts }: { readonly first: Part; readonly parts: AsyncIterator<Part> },
): Promise<readonly CompletedPart[]> {
  const done: CompletedPart[] = [];
  const flying = new Set<Promise<void>>();
  for (let part: Part | undefined = first; part; ) {
    if (part.number > going.place.partsMax) throw tooLarge(going.place);
    while (flying.size >= partsAtOnce(part.number)) await Promise.race(flying);
    if (going.signal.aborted) break;
    const flight: Promise<void> = sendPart(going, part)
      .then((completed) => void done.push(completed))
      .catch(going.fail)
      .finally(() => flying.delete(flight));
    flying.add(flight);
    if (part.isLast) break;
    const next: IteratorResult<Part> = await parts.next();
    part = next.done ? undefined : next.value;
  }
  await Promise.all(flying);
  going.signal.throwIfAborted();
  return done.toSorted((a, b) => a.PartNumber - b.PartNumber);
}

async function sendPart({ id, place, signal }: Upload, part: Part): Promise<CompletedPart> {
  const { s3, bucket, key } = place;
  const sha256 = part.sha256.toString('base64');
  const answer = await s3.ask(
    'UploadPart',
    (client, sdk, options) =>
      client.send(
        new sdk.UploadPartCommand({
          Bucket: bucket,
          Key: key,
          UploadId: id,
          PartNumber: part.number,
          Body: part.bytes,
          ContentLength: part.bytes.length,
          ChecksumSHA256: sha256,
        }),
        options,
      ),
    { signal, patience: 'transfer' },
  );
  part.free();
  // A server that keeps no checksums says none, and must not be told one either.
  const kept = answer.ChecksumSHA256;
  if (kept !== undefined && kept !== sha256) throw damaged(place, 'another checksum came back');
  return {
    PartNumber: part.number,
    ETag: answer.ETag,
    ...(kept !== undefined && { ChecksumSHA256: kept }),
  };
}

/** An answer that was lost leaves an upload that is not there any more, or the object in its own way: see `unlessTaken`. */
async function complete({ id, place, signal }: Upload, parts: readonly CompletedPart[]) {
  const { s3, bucket, key } = place;
  await s3.ask(
    'CompleteMultipartUpload',
    (client, sdk, options) =>
      client.send(
        new sdk.CompleteMultipartUploadCommand({
          Bucket: bucket,
          Key: key,
          UploadId: id,
          MultipartUpload: { Parts: [...parts] },
          IfNoneMatch: '*',
        }),
        options,
      ),
    { signal, patience: 'transfer' },
  );
}

/**
 * 412 says that the name is in use, 409 that somebody is at it just now, 404 that the upload is over. Each may be said of
 * ourselves, where the answer of the try before was lost.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
async function unlessTaken(place: Place, token: string, send: () => Promise<unknown>) {
  try {
    await send();
  } catch (error) {
    if (!isNo(error, 412, 409, 'NoSuchUpload')) throw error;
    const there = await found(place);
    if (there?.token === token) return;
    throw there ? taken(place) : error;
  }
}

/** What stands there now is what was sent: a server may have taken it for something else. */
async function confirm(place: Place, sent: { readonly token: string; readonly count: number }) {
  const there = await found(place, 'transfer');
  if (there?.bytes === sent.count) return;
  if (there?.token === sent.token) await remove(place);
  throw damaged(
    place,
    there ? `${sent.count} bytes were sent and ${there.bytes} are there` : 'it is not there',
  );
}

export interface Found {
  readonly bytes: number;
  readonly token: string | undefined;
}

export async function found(
  { s3, bucket, key }: Place,
  patience: 'look' | 'transfer' = 'look',
): Promise<Found | undefined> {
  try {
    const head = await s3.ask(
      'HeadObject',
      (client, sdk, options) =>
        client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), options),
      { patience },
    );
    return { bytes: head.ContentLength ?? 0, token: head.Metadata?.[mark] };
  } catch (error) {
    if (isNo(error, 404)) return undefined;
    // A HEAD is refused without a word; a list that is refused for the same reason says it.
    if (isNo(error, 400, 403)) await listable({ s3, bucket, prefix: key });
    throw error;
  }
}

/** Rejects where what begins so may not be listed. */
export async function listable({
  s3,
  bucket,
  prefix,
}: Pick<Place, 's3' | 'bucket'> & { readonly prefix: string }): Promise<void> {
  await s3.ask('ListObjectsV2', (client, sdk, options) =>
    client.send(
      new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }),
      options,
    ),
  );
}

export async function remove({ s3, bucket, key }: Place): Promise<void> {
  await s3.ask('DeleteObject', (client, sdk, options) =>
    client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }), options),
  );
}

/** What was sent of it goes. One that is over already is as good. */
export async function abandon({ s3, bucket, key }: Place, id: string): Promise<void> {
  try {
    await s3.ask('AbortMultipartUpload', (client, sdk, options) =>
      client.send(
        new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id }),
        options,
      ),
    );
  } catch (error) {
    if (!isNo(error, 404)) throw error;
  }
}

function taken({ store, key }: Place): ProblemError {
  return new ProblemError(problem('BACKUP_NAME_TAKEN', { name: `${store} ${key}` }));
}

function damaged({ store, key }: Place, why: string): ProblemError {
  return new ProblemError(problem('S3_DAMAGED', { store, what: key, why }));
}

function tooLarge({ store, key, partsMax }: Place): ProblemError {
  return new ProblemError(problem('S3_TOO_LARGE', { store, name: key, parts: partsMax }));
}
