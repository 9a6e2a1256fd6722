import type { Finding } from '../../../core/ports/target.ts';
import { ProblemError } from '../../../core/problem.ts';
import { isNo, type S3 } from './client.ts';
import type { S3Config } from './schema.ts';
import { listable } from './upload.ts';

interface Examined {
  readonly s3: S3;
  readonly config: S3Config;
  readonly keyOf: (name: string) => string;
}

/** The same each time, so that at most one stays where nothing may be taken away. */
const probe = '.tocsin-doctor';

/**
 * Whether backups can be kept there: listed, written, refused where the name is in use, and taken away again. For that an
 * empty object is written, which no list of ours shows.
 */
export async function examine(examined: Examined): Promise<readonly Finding[]> {
  const { s3, config, keyOf } = examined;
  const { endpoint = 'AWS', region = 'as the SDK finds it' } = config;
  const facts = { endpoint, region };
  try {
    await listable({ s3, bucket: config.bucket, prefix: keyOf('') });
    const overwrites = await conditional(examined);
    const removing = await removable(examined);
    const uploads = await sweepable(examined);
    return [
      {
        check: 'store',
        facts: { ...facts, probe: keyOf(probe), overwrites, removing, uploads },
      },
    ];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return [{ check: 'store', facts, problem: error.problem }];
  }
}

/** Written twice: a server that knows the condition refuses the second, or both. */
async function conditional({ s3, config, keyOf }: Examined): Promise<string> {
  const write = () =>
    s3.ask('PutObject', (client, sdk, options) =>
      client.send(
        new sdk.PutObjectCommand({
          Bucket: config.bucket,
          Key: keyOf(probe),
          Body: Buffer.alloc(0),
          ContentLength: 0,
          IfNoneMatch: '*',
        }),
        options,
      ),
    );
  try {
    await write();
    await write();
    return 'not refused by this server, so each name is looked at before';
  } catch (error) {
    if (isNo(error, 412)) return 'refused';
    throw error;
  }
}

/** A store that nobody can take anything from is a good one; only `retention` cannot be used there. */
async function removable({ s3, config, keyOf }: Examined): Promise<string> {
  try {
    await s3.ask('DeleteObject', (client, sdk, options) =>
      client.send(
        new sdk.DeleteObjectCommand({ Bucket: config.bucket, Key: keyOf(probe) }),
        options,
      ),
    );
    return 'allowed';
  } catch (error) {
    if (isNo(error, 403)) return 'not allowed, so retention cannot be used';
    throw error;
  }
}

async function sweepable({ s3, config, keyOf }: Examined): Promise<string> {
  try {
    await s3.ask('ListMultipartUploads', (client, sdk, options) =>
      client.send(
        new sdk.ListMultipartUploadsCommand({ Bucket: config.bucket, Prefix: keyOf('') }),
        options,
      ),
    );
    return 'swept';
  } catch (error) {
    if (isNo(error, 403, 501)) return 'left to a lifecycle rule of the bucket';
    throw error;
  }
}
