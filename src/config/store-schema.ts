import { duration, field, flag, keys, path, secret, text, url } from './field.ts';

/** What is true of a bucket; everything may be left out for one of AWS. */
export const store = keys({
  region: text
    .optional()
    .describe(
      '`eu-central-1`. When absent: as the AWS SDK finds it (environment, profile); `us-east-1` with an endpoint.',
    ),
  endpoint: url
    .optional()
    .describe('Where requests go instead of AWS: the address of MinIO, Ceph, R2, ….'),
  path_style: flag
    .optional()
    .describe(
      'Whether the bucket stands in the path and not in the name of the host. When absent: true with an endpoint, false without.',
    ),
  access_key_id: text
    .optional()
    .describe(
      'With secret_access_key; as the AWS SDK finds them (environment, profile, role of the pod or machine) when absent.',
    ),
  secret_access_key: secret.optional().describe('Its secret.'),
  ca: path
    .optional()
    .describe("PEM file of the authority that signed the server; the system's when absent."),
  proxy: url.optional().describe('HTTP proxy on the way to it.'),
  timeout: duration('1s', '10m')
    .default(60_000)
    .describe('How long a connection may take, and how long one may be silent.'),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What no server and no proxy reads otherwise: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const prefixPattern = /^[A-Za-z0-9!_.*'()-]+(\/[A-Za-z0-9!_.*'()-]+)*$/;

/** A key has at most 1,024 bytes; what we put behind the prefix takes less than half. */
const prefixMax = 512;

export interface Bucket {
  readonly bucket: string;
  readonly prefix: string;
}

/** `s3://BUCKET/PREFIX`; undefined for a folder. */
export function bucketIn(to: string): Bucket | undefined {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)\/?(.*)$/.exec(to) ?? [];
  return to.startsWith('s3://') ? { bucket, prefix } : undefined;
}

/** Where a backup is kept: a folder, or a bucket. */
export const keptIn = field('path, or `s3://BUCKET/PREFIX`', (written) => {
  const found = path.safeParse(written);
  if (!found.success) {
    const params = found.error.issues[0];
    return params?.code === 'custom' && params.params
      ? { why: String(params.params['why']), instead: String(params.params['instead']) }
      : { why: 'it is no path', instead: 'write for example ./backups' };
  }
  const to = found.data.replace(/\/+$/, '');
  const at = bucketIn(to);
  if (!at) {
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(to)
      ? {
          why: 'this build keeps backups in folders and in buckets of S3',
          instead: 'write a folder, or s3://BUCKET/PREFIX',
        }
      : { value: found.data };
  }
  if (!bucketPattern.test(at.bucket)) {
    return {
      why: 'a bucket has 3 to 63 small letters, digits, dots and hyphens',
      instead: 'write for example s3://company-backups/tocsin',
    };
  }
  const parts = at.prefix.split('/');
  const isPlain =
    at.prefix === '' ||
    (prefixPattern.test(at.prefix) &&
      at.prefix.length <= prefixMax &&
      !parts.some((part) => part.startsWith('.')));
  return isPlain
    ? { value: to }
    : {
        why: `a prefix has letters, digits and !_.*'()- between single slashes, ${prefixMax} at most, and no part of it begins with a dot`,
        instead: 'write for example s3://company-backups/tocsin',
      };
});
