import { ProblemError, problem } from '../../../core/problem.ts';
import { isNo } from './client.ts';
import { bodyIn } from './schema.ts';
import type { Place } from './upload.ts';

/** A connection that breaks is followed by another, as long as each brings something. */
const barrenMax = 5;

/**
 * Reads it to its end. Where the connection breaks it goes on from there, of the same object only: what was put in its
 * place meanwhile is refused. Rejects with BACKUP_NOT_THERE.
 */
export async function* download(
  place: Place,
  pause: (ms: number) => Promise<void>,
): AsyncIterable<Uint8Array> {
  let at = 0;
  let etag: string | undefined;
  let barren = 0;
  for (;;) {
    const before = at;
    try {
      const { body, bytes, tag } = await opened(place, { at, etag });
      etag = tag;
      for await (const chunk of body) {
        at += chunk.length;
        yield chunk;
      }
      if (at === before + bytes) return;
      throw new Error(`it ended after ${at} bytes`);
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      barren = at > before ? 0 : barren + 1;
      if (barren >= barrenMax) throw lost(place, at, error);
      await pause(barren * 1_000);
    }
  }
}

/** From a byte on, of the object that was begun with. */
async function opened(
  place: Place,
  { at, etag }: { readonly at: number; readonly etag: string | undefined },
) {
  const { s3, store, bucket, key } = place;
  try {
    const answer = await s3.ask(
      'GetObject',
      (client, sdk, options) =>
        client.send(
          new sdk.GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(at > 0 && { Range: `bytes=${at}-` }),
            ...(etag !== undefined && { IfMatch: etag }),
          }),
          options,
        ),
      { patience: 'transfer' },
    );
    return { body: bodyIn(answer.Body), bytes: answer.ContentLength ?? 0, tag: answer.ETag };
  } catch (error) {
    if (isNo(error, 404)) throw new ProblemError(problem('BACKUP_NOT_THERE', { name: key, store }));
    if (isNo(error, 412)) throw new ProblemError(problem('S3_CHANGED', { name: key, store }));
    throw error;
  }
}

function lost({ store, key }: Place, at: number, error: unknown): ProblemError {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const why = `after ${at} bytes of ${key}: ${said}`.slice(0, 300);
  return new ProblemError(problem('S3_NO_ANSWER', { store, what: 'GetObject', why }), {
    cause: error,
  });
}
