import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { type Asked, createBucket, type FakeBucket, type Manner, Refusal } from './bucket.ts';
import { isSignedWith } from './signature.ts';

/** A server of S3 with one bucket, by path. It refuses for the reasons of the service. */
export interface FakeS3 {
  readonly url: string;
  readonly bucket: FakeBucket;
  readonly manner: Manner;
  /** Operations in order. */
  readonly asked: readonly string[];
  /** What becomes of the next requests of that operation, one after the other. */
  next(operation: string, ...fates: readonly Fate[]): void;
  /** Operations that the credentials are not allowed. */
  readonly denied: Set<string>;
  /** How far the service's clock is ahead. */
  skewMs: number;
  /** Nothing is answered at all. */
  silent: boolean;
  close(): Promise<void>;
}

/** `cut`: half of what is asked for is answered, then the connection ends. `damaged`: one bit of the body is another. */
export type Fate =
  | 'fine'
  | 'slow down'
  | 'broken'
  | 'vanished'
  | 'done, not answered'
  | 'cut'
  | 'damaged';

export const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'c2VjcmV0/of+the=test' };
export const bucketName = 'company-backups';

const skewMost = 15 * 60_000;

export async function startS3(manner: Partial<Manner> = {}): Promise<FakeS3> {
  const whole: Manner = {
    conditions: true,
    checksums: true,
    trailers: true,
    pageSize: 1_000,
    ...manner,
  };
  const bucket = createBucket(whole);
  const asked: string[] = [];
  const fates = new Map<string, Fate[]>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, name, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const operation = operationOf(request.method ?? '', key, url.searchParams);
    asked.push(operation);
    const fate = fates.get(operation)?.shift() ?? 'fine';
    const raw = await bodyOf(request);
    if (fake.silent || fate === 'vanished') return void request.socket.destroy();
    if (fate === 'slow down')
      throw new Refusal('SlowDown', 503, 'Please reduce your request rate.');
    if (fate === 'broken')
      throw new Refusal(
        'InternalError',
        500,
        'We encountered an internal error. Please try again.',
      );
    if (fate === 'damaged') raw[0] = (raw[0] ?? 0) ^ 1;
    refuseUnsigned(request);
    if (fake.denied.has(operation)) throw new Refusal('AccessDenied', 403, 'Access Denied');
    if (name !== bucketName)
      throw new Refusal('NoSuchBucket', 404, 'The specified bucket does not exist');
    const { headers } = request;
    const body = plainBody(raw, headers, whole);
    const said = did(operation, { key, query: url.searchParams, headers, body });
    if (fate === 'done, not answered') return void request.socket.destroy();
    response.writeHead(said.status ?? 200, said.headers);
    if (fate === 'cut' && said.body) {
      response.write(said.body.subarray(0, Math.ceil(said.body.length / 2)), () =>
        response.destroy(),
      );
      return;
    }
    response.end(request.method === 'HEAD' ? undefined : said.body);
  }

  function refuseUnsigned({ headers, method = '', url: target = '' }: IncomingMessage): void {
    if (headers.authorization === undefined)
      throw new Refusal('AccessDenied', 403, 'Access Denied');
    const [, date = ''] = /^(\d{8}T\d{6}Z)$/.exec(String(headers['x-amz-date'])) ?? [];
    const at = Date.parse(
      date.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'),
    );
    if (!(Math.abs(Date.now() + fake.skewMs - at) < skewMost)) {
      throw new Refusal(
        'RequestTimeTooSkewed',
        403,
        'The difference between the request time and the current time is too large.',
      );
    }
    if (!headers.authorization.includes(`Credential=${credentials.accessKeyId}/`)) {
      throw new Refusal(
        'InvalidAccessKeyId',
        403,
        'The AWS Access Key Id you provided does not exist in our records.',
      );
    }
    if (!isSignedWith({ method, target, headers }, credentials.secretAccessKey)) {
      throw new Refusal(
        'SignatureDoesNotMatch',
        403,
        'The request signature we calculated does not match the signature you provided.',
      );
    }
  }

  function did(operation: string, given: Asked): Said {
    const work = operations[operation];
    if (!work)
      throw new Refusal(
        'NotImplemented',
        501,
        'A header you provided implies functionality that is not implemented.',
      );
    return work(bucket, given);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // Whoever asked is gone.
      if (request.destroyed && !request.complete) return;
      if (!(error instanceof Refusal)) throw error;
      response.writeHead(error.status, { date: new Date(Date.now() + fake.skewMs).toUTCString() });
      response.end(
        request.method === 'HEAD'
          ? undefined
          : xml(`<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeS3 = {
    url: `http://127.0.0.1:${port}`,
    bucket,
    manner: whole,
    asked,
    next: (operation, ...more) =>
      void fates.set(operation, [...(fates.get(operation) ?? []), ...more]),
    denied: new Set(),
    skewMs: 0,
    silent: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

interface Said {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
}

const operations: Readonly<Record<string, (bucket: FakeBucket, asked: Asked) => Said>> = {
  PutObject: (bucket, asked) => ({ headers: about(bucket.put(asked)) }),
  HeadObject(bucket, asked) {
    const kept = bucket.get(asked);
    return {
      headers: { ...about(kept), ...kept.metadata, 'content-length': `${kept.bytes.length}` },
    };
  },
  GetObject(bucket, asked) {
    const kept = bucket.get(asked);
    const [, from] = /^bytes=(\d+)-$/.exec(asked.headers.range ?? '') ?? [];
    if (from === undefined)
      return {
        headers: { ...about(kept), 'content-length': `${kept.bytes.length}` },
        body: kept.bytes,
      };
    if (Number(from) >= kept.bytes.length)
      throw new Refusal('InvalidRange', 416, 'The requested range is not satisfiable');
    const body = kept.bytes.subarray(Number(from));
    const range = `bytes ${from}-${kept.bytes.length - 1}/${kept.bytes.length}`;
    return {
      status: 206,
      headers: { ...about(kept), 'content-range': range, 'content-length': `${body.length}` },
      body,
    };
  },
  DeleteObject(bucket, asked) {
    bucket.remove(asked);
    return { status: 204 };
  },
  CreateMultipartUpload: (bucket, asked) => ({
    body: xml(
      `<InitiateMultipartUploadResult><UploadId>${bucket.begin(asked).id}</UploadId></InitiateMultipartUploadResult>`,
    ),
  }),
  UploadPart: (bucket, asked) => ({ headers: about(bucket.putPart(asked)) }),
  CompleteMultipartUpload: (bucket, asked) => ({
    body: xml(
      `<CompleteMultipartUploadResult><ETag>"${bucket.complete(asked).etag}"</ETag></CompleteMultipartUploadResult>`,
    ),
  }),
  AbortMultipartUpload(bucket, asked) {
    bucket.abandon(asked);
    return { status: 204 };
  },
  ListMultipartUploads: (bucket, { query }) => ({
    body: xml(
      `<ListMultipartUploadsResult>${[...bucket.uploads.values()]
        .filter(({ key }) => key.startsWith(query.get('prefix') ?? ''))
        .map(({ id, key }) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`)
        .join('')}</ListMultipartUploadsResult>`,
    ),
  }),
  ListObjectsV2(bucket, asked) {
    const { keys, next } = bucket.list(asked);
    const contents = keys.map(
      (key) =>
        `<Contents><Key>${key}</Key><Size>${bucket.objects.get(key)?.bytes.length}</Size></Contents>`,
    );
    const token =
      next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
    return {
      body: xml(
        `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${contents.join('')}${token}</ListBucketResult>`,
      ),
    };
  },
};

function operationOf(method: string, key: string, query: URLSearchParams): string {
  if (key === '') return query.has('uploads') ? 'ListMultipartUploads' : 'ListObjectsV2';
  const byUpload = query.has('uploadId');
  if (method === 'PUT') return byUpload ? 'UploadPart' : 'PutObject';
  if (method === 'POST') return byUpload ? 'CompleteMultipartUpload' : 'CreateMultipartUpload';
  if (method === 'DELETE') return byUpload ? 'AbortMultipartUpload' : 'DeleteObject';
  return method === 'HEAD' ? 'HeadObject' : 'GetObject';
}

function about({ etag, sha256 }: { readonly etag: string; readonly sha256?: string }) {
  return { etag: `"${etag}"`, ...(sha256 !== undefined && { 'x-amz-checksum-sha256': sha256 }) };
}

function xml(inside: string): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${inside}`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of request) parts.push(chunk);
  return Buffer.concat(parts);
}

/** The body as it was meant, held against the hash that was signed or the checksum that came behind it. */
function plainBody(raw: Buffer, headers: IncomingMessage['headers'], { trailers }: Manner): Buffer {
  const claimed = String(headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD');
  if (claimed === 'UNSIGNED-PAYLOAD') return raw;
  if (claimed === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return trailers ? unchunked(raw) : raw;
  if (createHash('sha256').update(raw).digest('hex') === claimed) return raw;
  throw new Refusal(
    'XAmzContentSHA256Mismatch',
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html */
function unchunked(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    const size = Number.parseInt(raw.subarray(at, end).toString(), 16);
    at = end + 2;
    if (!(size > 0)) break;
    parts.push(raw.subarray(at, at + size));
    at += size + 2;
  }
  const body = Buffer.concat(parts);
  const [, claimed] = /x-amz-checksum-crc32:([^\r\n]+)/.exec(raw.subarray(at).toString()) ?? [];
  const found = Buffer.alloc(4);
  found.writeUInt32BE(crc32(body));
  if (claimed === undefined || claimed === found.toString('base64')) return body;
  throw new Refusal(
    'BadDigest',
    400,
    'The CRC32 you specified did not match the calculated checksum.',
  );
}
