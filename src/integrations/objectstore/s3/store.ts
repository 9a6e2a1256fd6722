import { createQuestions } from '../../../core/breaker.ts';
import type { ArtefactStore, Listed } from '../../../core/ports/backup.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { ConnectedStore } from '../index.ts';
import { createS3, isNo, type Pause, type S3 } from './client.ts';
import { examine } from './doctor.ts';
import { download } from './download.ts';
import { partsMax as ofTheService } from './parts.ts';
import type { S3Config } from './schema.ts';
import { abandon, found, type Place, remove, upload } from './upload.ts';

export interface S3Deps {
  readonly clock: { now(): number };
  readonly pause: Pause;
  /** What the service allows where it is not said. */
  readonly partsMax?: number;
}

/** A list is read page by page, a thousand names each, and given up where it has no end. */
const pagesMax = 200;

/** Artefacts as objects of a bucket. Looking goes through a breaker; what a step does never. */
export function createS3Store(
  config: S3Config,
  { clock, pause, partsMax = ofTheService }: S3Deps,
): ConnectedStore {
  const { to, bucket, prefix } = config;
  const s3 = createS3(config, pause);
  const questions = createQuestions({
    target: to,
    rests: 'S3_RESTS',
    now: () => clock.now(),
    isAway: (error) => error instanceof ProblemError && error.problem.code === 'S3_NO_ANSWER',
  });
  const keyOf = (name: string) => (prefix === '' ? name : `${prefix}/${name}`);
  const placeOf = (name: string): Place => ({
    ...{ s3, store: to, bucket, key: keyOf(name) },
    partsMax,
  });
  const store: ArtefactStore = {
    name: to,
    room: async () => undefined,
    put: (name, bytes, signal) => upload(placeOf(name), bytes, signal),
    list: (folder) => questions.ask(() => listed({ s3, config, folder, keyOf })),
    read: (name) => download(placeOf(name), pause),
    async remove(name) {
      const place = placeOf(name);
      if (!(await found(place))) return false;
      await remove(place);
      return true;
    },
    sweep: (name) => swept(placeOf(name)),
  };
  return {
    ...store,
    health: questions.health,
    doctor: () => examine({ s3, config, keyOf }),
    close: () => s3.close(),
  };
}

async function listed({
  s3,
  config,
  folder,
  keyOf,
}: {
  readonly s3: S3;
  readonly config: S3Config;
  readonly folder: string;
  readonly keyOf: (name: string) => string;
}): Promise<readonly Listed[]> {
  const below = keyOf(`${folder}/`);
  const all: Listed[] = [];
  let after: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await s3.ask('ListObjectsV2', (client, sdk, options) =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: config.bucket,
          Prefix: below,
          Delimiter: '/',
          ...(after !== undefined && { ContinuationToken: after }),
        }),
        options,
      ),
    );
    for (const { Key: key = '', Size: bytes = 0 } of answer.Contents ?? []) {
      const name = key.slice(below.length);
      if (name !== '' && !name.startsWith('.')) all.push({ name: `${folder}/${name}`, bytes });
    }
    after = answer.NextContinuationToken;
    if (!answer.IsTruncated || after === undefined) {
      return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    }
  }
  const why = `there are more than ${pagesMax * 1_000} objects in ${below}`;
  throw new ProblemError(
    problem('S3_REFUSED', { store: config.to, what: 'a list to its end', why }),
  );
}

/**
 * Uploads of that name that nobody goes on with. Where those may not be looked at they are left to the rule of the bucket
 * that ends them: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
 */
async function swept(place: Place): Promise<void> {
  const { s3, bucket, key } = place;
  try {
    const { Uploads: uploads = [] } = await s3.ask('ListMultipartUploads', (client, sdk, options) =>
      client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }), options),
    );
    for (const { Key: of, UploadId: id } of uploads) {
      if (of === key && id !== undefined) await abandon(place, id);
    }
  } catch (error) {
    if (!isNo(error, 403, 501)) throw error;
  }
}
