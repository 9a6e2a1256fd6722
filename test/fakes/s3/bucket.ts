import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What S3 says no with: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface Kept {
  readonly bytes: Buffer;
  readonly etag: string;
  /** Base64 of SHA-256, where the server keeps it. */
  readonly sha256?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly checksums: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, Kept>;
}

/** How this server differs from the service itself. */
export interface Manner {
  /** False: `If-None-Match` is read over, as older servers do. */
  conditions: boolean;
  /** False: it knows no SHA-256, as older servers do. */
  checksums: boolean;
  /** False: what `aws-chunked` puts around a body is taken for a part of it. */
  trailers: boolean;
  pageSize: number;
}

export interface Asked {
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Every part but the last: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const partBytesMin = 5 * 1024 * 1024;
const partsMax = 10_000;

export function createBucket(manner: Manner) {
  const objects = new Map<string, Kept>();
  const uploads = new Map<string, Upload>();

  const uploadOf = ({ query, key }: Asked): Upload => {
    const upload = uploads.get(query.get('uploadId') ?? '');
    if (upload?.key === key) return upload;
    throw new Refusal('NoSuchUpload', 404, 'The specified multipart upload does not exist.');
  };
  const refuseTaken = ({ key, headers }: Asked) => {
    if (!manner.conditions || headers['if-none-match'] !== '*' || !objects.has(key)) return;
    throw new Refusal(
      'PreconditionFailed',
      412,
      'At least one of the pre-conditions you specified did not hold',
    );
  };
  const keep = ({ headers, body }: Asked): Kept => {
    const sha256 = createHash('sha256').update(body).digest('base64');
    const claimed = headers['x-amz-checksum-sha256'];
    if (manner.checksums && claimed !== undefined && claimed !== sha256) {
      throw new Refusal(
        'BadDigest',
        400,
        'The SHA256 you specified did not match the calculated checksum.',
      );
    }
    return {
      bytes: body,
      etag: createHash('md5').update(body).digest('hex'),
      ...(manner.checksums && claimed !== undefined && { sha256 }),
      metadata: metadataIn(headers),
    };
  };

  function put(asked: Asked): Kept {
    refuseTaken(asked);
    const kept = keep(asked);
    objects.set(asked.key, kept);
    return kept;
  }

  function begin({ key, headers }: Asked): Upload {
    const checksums = manner.checksums && headers['x-amz-checksum-algorithm'] === 'SHA256';
    const upload = {
      id: randomUUID(),
      key,
      checksums,
      metadata: metadataIn(headers),
      parts: new Map(),
    };
    uploads.set(upload.id, upload);
    return upload;
  }

  function putPart(asked: Asked): Kept {
    const upload = uploadOf(asked);
    const number = Number(asked.query.get('partNumber'));
    if (!(number >= 1 && number <= partsMax)) {
      throw new Refusal(
        'InvalidArgument',
        400,
        'Part number must be an integer between 1 and 10000, inclusive',
      );
    }
    const part = keep(asked);
    if (upload.checksums && part.sha256 === undefined) {
      throw new Refusal(
        'InvalidRequest',
        400,
        'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null',
      );
    }
    upload.parts.set(number, part);
    return part;
  }

  function complete(asked: Asked): Kept {
    const upload = uploadOf(asked);
    refuseTaken(asked);
    const named = partsIn(asked.body.toString());
    if (named.length === 0)
      throw new Refusal('MalformedXML', 400, 'The XML you provided was not well-formed');
    const parts = named.map(({ number, etag, sha256 }, index) => {
      if (index > 0 && number <= (named[index - 1]?.number ?? 0)) {
        throw new Refusal('InvalidPartOrder', 400, 'The list of parts was not in ascending order.');
      }
      const part = upload.parts.get(number);
      if (!part || part.etag !== etag || (upload.checksums && part.sha256 !== sha256)) {
        throw new Refusal(
          'InvalidPart',
          400,
          'One or more of the specified parts could not be found.',
        );
      }
      if (index < named.length - 1 && part.bytes.length < partBytesMin) {
        throw new Refusal(
          'EntityTooSmall',
          400,
          'Your proposed upload is smaller than the minimum allowed size',
        );
      }
      return part;
    });
    const joined = createHash('md5');
    for (const { etag } of parts) joined.update(Buffer.from(etag, 'hex'));
    const kept: Kept = {
      bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
      etag: `${joined.digest('hex')}-${parts.length}`,
      metadata: upload.metadata,
    };
    objects.set(asked.key, kept);
    uploads.delete(upload.id);
    return kept;
  }

  return {
    objects,
    uploads,
    put,
    begin,
    putPart,
    complete,
    abandon: (asked: Asked) => void uploads.delete(uploadOf(asked).id),
    remove: ({ key }: Asked) => void objects.delete(key),
    get({ key, headers }: Asked): Kept {
      const kept = objects.get(key);
      if (!kept) throw new Refusal('NoSuchKey', 404, 'The specified key does not exist.');
      const wanted = headers['if-match'];
      if (wanted !== undefined && wanted !== `"${kept.etag}"`) {
        throw new Refusal(
          'PreconditionFailed',
          412,
          'At least one of the pre-conditions you specified did not hold',
        );
      }
      return kept;
    },
    /** One page, with the token of the next. */
    list({ query }: Asked) {
      const prefix = query.get('prefix') ?? '';
      const size = Math.min(manner.pageSize, Number(query.get('max-keys') ?? manner.pageSize));
      const after = query.get('continuation-token') ?? '';
      const slash = query.get('delimiter') === '/';
      const keys = [...objects.keys()]
        .filter((key) => key.startsWith(prefix) && key > after)
        .filter((key) => !slash || !key.slice(prefix.length).includes('/'))
        .toSorted();
      const page = keys.slice(0, size);
      return { keys: page, ...(keys.length > size && { next: page.at(-1) ?? '' }) };
    },
  };
}

export type FakeBucket = ReturnType<typeof createBucket>;

function metadataIn(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-amz-meta-'))
      .map(([name, value]) => [name, String(value)]),
  );
}

function partsIn(xml: string) {
  return [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => {
    const of = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(part)?.[1];
    return {
      number: Number(of('PartNumber')),
      etag: (of('ETag') ?? '').replaceAll(/&quot;|"/g, ''),
      sha256: of('ChecksumSHA256'),
    };
  });
}
