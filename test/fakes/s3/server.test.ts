import { Readable } from 'node:stream';
import { PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bucketName, credentials, startS3 } from './server.ts';

/** The SDK as it comes: it puts a checksum behind a body whose length it knows and whose bytes it does not. */
async function given(manner: { readonly trailers?: boolean } = {}) {
  const s3 = await startS3(manner);
  const common = { region: 'eu-central-1', endpoint: s3.url, forcePathStyle: true, maxAttempts: 1 };
  const client = new S3Client({ ...common, credentials });
  onTestFinished(async () => {
    client.destroy();
    await s3.close();
  });
  return { s3, client };
}

const streamed = {
  Bucket: bucketName,
  Key: 'a',
  ContentLength: 6,
} as const;
const body = () => Readable.from([Buffer.from('one'), Buffer.from('two')]);

describe('a stand-in for S3', () => {
  it('takes what the SDK sends by itself, and holds it against the checksum behind it', async () => {
    const { s3, client } = await given();
    await client.send(new PutObjectCommand({ ...streamed, Body: body() }));
    expect(s3.bucket.objects.get('a')?.bytes.toString()).toBe('onetwo');
  });

  it('keeps the frame around a body where it is told to be such a server, as some are', async () => {
    const { s3, client } = await given({ trailers: false });
    await client.send(new PutObjectCommand({ ...streamed, Body: body() }));
    expect(s3.bucket.objects.get('a')?.bytes.toString()).toMatch(
      /^3\r\none\r\n3\r\ntwo\r\n0\r\nx-amz-checksum-crc32:/,
    );
  });

  it('refuses other bytes than were promised, a part that is too small, and an upload that is over', async () => {
    const { s3, client } = await given();
    const asked = { Bucket: bucketName, Key: 'a' };
    const wrong = new PutObjectCommand({ ...asked, Body: 'x', ChecksumSHA256: 'AAAA' });
    await expect(client.send(wrong)).rejects.toMatchObject({ name: 'BadDigest' });
    const gone = new UploadPartCommand({ ...asked, UploadId: 'u', PartNumber: 1, Body: 'x' });
    await expect(client.send(gone)).rejects.toMatchObject({ name: 'NoSuchUpload' });
    const query = new URLSearchParams();
    const { id } = s3.bucket.begin({ key: 'a', query, headers: {}, body: Buffer.alloc(0) });
    const etags: string[] = [];
    for (const part of [1, 2]) {
      const of = { key: 'a', query: new URLSearchParams({ uploadId: id, partNumber: `${part}` }) };
      etags.push(s3.bucket.putPart({ ...of, headers: {}, body: Buffer.from('x') }).etag);
    }
    const named = etags.map(
      (etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    expect(() =>
      s3.bucket.complete({
        key: 'a',
        query: new URLSearchParams({ uploadId: id }),
        headers: {},
        body: Buffer.from(named.join('')),
      }),
    ).toThrow(/smaller than the minimum/);
    expect(s3.bucket.objects.size).toBe(0);
  });
});
