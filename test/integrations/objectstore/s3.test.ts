import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  partBytes,
  partsAtOnce,
  partsMax,
} from '../../../src/integrations/objectstore/s3/parts.ts';
import { large, of, readAll, sha256 } from '../../contracts/artefact-store.ts';
import { credentials, type Fate } from '../../fakes/s3/server.ts';
import { given, nobodyAt, storeAt } from './s3-given.ts';

const never = new AbortController().signal;
const folder = 'checkout/production/database';
const name = `${folder}/b1.dump`;
const key = `tocsin/${name}`;
const mebibyte = 1024 * 1024;
const passing: readonly Fate[] = [
  'slow down',
  'broken',
  'vanished',
  'damaged',
  'done, not answered',
];

afterEach(() => vi.unstubAllEnvs());

describe('what goes wrong on the way to a bucket', () => {
  it.each(passing)('a part that is "%s" is sent again, and the whole is right', async (fate) => {
    const { s3, store, pauses } = await given();
    s3.next('UploadPart', fate, fate, 'fine', fate);
    const { bytes, whole } = large(18 * mebibyte);
    expect(await store.put(name, bytes, never)).toEqual({
      bytes: whole.length,
      sha256: sha256(whole),
    });
    expect(s3.bucket.objects.get(key)?.bytes.equals(whole)).toBe(true);
    expect(s3.bucket.uploads.size).toBe(0);
    expect(pauses).toHaveLength(3);
  });

  it.each(passing)(
    'what is sent as one and is "%s" is sent again, and stands there once',
    async (fate) => {
      const { s3, store } = await given();
      s3.next('PutObject', fate, fate);
      await store.put(name, of('whole'), never);
      expect(s3.bucket.objects.get(key)?.bytes.toString()).toBe('whole');
      expect(s3.bucket.objects.size).toBe(1);
    },
  );

  it('an upload whose last answer is lost is known to be its own', async () => {
    for (const conditions of [true, false]) {
      const { s3, store } = await given({}, { conditions });
      s3.next('CompleteMultipartUpload', 'done, not answered');
      const { bytes, whole } = large(9 * mebibyte);
      await store.put(name, bytes, never);
      expect(s3.bucket.objects.get(key)?.bytes.equals(whole)).toBe(true);
    }
  });

  it('each pause is longer than the one before', async () => {
    const { s3, store, pauses } = await given();
    s3.next('PutObject', 'slow down', 'broken', 'slow down', 'broken');
    await store.put(name, of('whole'), never);
    expect(pauses).toHaveLength(4);
    expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
    expect(pauses[0]).toBeLessThanOrEqual(500);
    expect(pauses[3]).toBeGreaterThanOrEqual(3_000);
  });

  it('a clock that is wrong is set by the answer that says so', async () => {
    const { s3, store } = await given();
    s3.skewMs = 3_600_000;
    await store.put(name, of('whole'), never);
    expect(s3.bucket.objects.size).toBe(1);
  });

  it.each([
    ['slow down', 'S3_THROTTLED', /SlowDown/],
    ['broken', 'S3_NO_ANSWER', /InternalError/],
    ['vanished', 'S3_NO_ANSWER', /./],
    ['damaged', 'S3_DAMAGED', /BadDigest|XAmzContentSHA256Mismatch/],
  ] as const)(
    'where it is "%s" for ever it says %s, and leaves nothing',
    async (fate, code, why) => {
      const { s3, store } = await given();
      s3.next('UploadPart', 'fine', ...Array.from({ length: 30 }, () => fate));
      await expect(store.put(name, large(18 * mebibyte).bytes, never)).rejects.toMatchObject({
        problem: { code, facts: { why: expect.stringMatching(why) } },
      });
      expect(s3.bucket.objects.size).toBe(0);
      expect(s3.bucket.uploads.size).toBe(0);
    },
  );

  it('whoever puts something there in between keeps it', async () => {
    const { s3, store } = await given();
    async function* slow(): AsyncIterable<Uint8Array> {
      yield* large(9 * mebibyte).bytes;
      const other = { key, query: new URLSearchParams(), headers: {} };
      s3.bucket.put({ ...other, body: Buffer.from('theirs') });
    }
    await expect(store.put(name, slow(), never)).rejects.toMatchObject({
      problem: { code: 'BACKUP_NAME_TAKEN' },
    });
    expect(s3.bucket.objects.get(key)?.bytes.toString()).toBe('theirs');
    expect(s3.bucket.uploads.size).toBe(0);
  });

  it('what the server keeps otherwise than it was sent is found out, and taken away', async () => {
    const { s3, store } = await given({}, { checksums: false });
    const { get } = s3.bucket;
    s3.bucket.get = (asked) => {
      const kept = get(asked);
      return { ...kept, bytes: kept.bytes.subarray(1) };
    };
    await expect(store.put(name, of('whole'), never)).rejects.toMatchObject({
      problem: { code: 'S3_DAMAGED', facts: { why: '5 bytes were sent and 4 are there' } },
    });
    expect(s3.bucket.objects.size).toBe(0);
  });

  it('a refusal is said in the words of the service, at once and before anything is read', async () => {
    const { s3, store, pauses } = await given();
    let read = false;
    async function* source(): AsyncIterable<Uint8Array> {
      read = true;
      yield Buffer.from('x');
    }
    s3.denied.add('HeadObject');
    await expect(store.put(name, source(), never)).rejects.toMatchObject({
      problem: { code: 'S3_REFUSED' },
    });
    s3.denied.add('ListObjectsV2');
    await expect(store.put(name, source(), never)).rejects.toMatchObject({
      problem: {
        code: 'S3_REFUSED',
        facts: { what: 'ListObjectsV2', why: 'AccessDenied: Access Denied' },
      },
    });
    s3.denied.clear();
    const wrong = storeAt(s3, { credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'no' } });
    await expect(wrong.store.put(name, source(), never)).rejects.toMatchObject({
      problem: { facts: { why: expect.stringMatching(/^SignatureDoesNotMatch/) } },
    });
    const elsewhere = storeAt(s3, { bucket: 'other-backups' });
    await expect(elsewhere.store.list(folder)).rejects.toMatchObject({
      problem: { facts: { why: expect.stringMatching(/^NoSuchBucket/) } },
    });
    expect(read).toBe(false);
    expect(pauses).toEqual([]);
  });

  it('credentials are found by the SDK where none are written', async () => {
    const { s3 } = await given();
    const { store } = nobodyAt(s3);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    await expect(store.list(folder)).rejects.toMatchObject({
      problem: { code: 'S3_NO_CREDENTIALS' },
    });
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    expect(await store.list(folder)).toEqual([]);
  });
});

describe('what is read from a bucket', () => {
  it('goes on where the connection broke, as long as each brings something', async () => {
    const { s3, store } = await given();
    const { bytes, whole } = large(9 * mebibyte);
    await store.put(name, bytes, never);
    s3.next('GetObject', 'cut', 'cut', 'vanished', 'cut', 'slow down', 'cut', 'cut', 'cut', 'cut');
    expect((await readAll(store, name)).equals(whole)).toBe(true);
  });

  it('is given up where nothing comes any more', async () => {
    const { s3, store } = await given();
    await store.put(name, large(9 * mebibyte).bytes, never);
    s3.next('GetObject', 'cut');
    const reading = (async () => {
      for await (const _ of store.read(name)) s3.silent = true;
    })();
    await expect(reading).rejects.toMatchObject({ problem: { code: 'S3_NO_ANSWER' } });
  });

  it('is never two objects in one', async () => {
    const { s3, store } = await given();
    await store.put(name, large(9 * mebibyte).bytes, never);
    s3.next('GetObject', 'cut');
    const reading = (async () => {
      for await (const _ of store.read(name)) {
        s3.bucket.objects.set(key, { bytes: Buffer.alloc(9 * mebibyte), etag: 'ff', metadata: {} });
      }
    })();
    await expect(reading).rejects.toMatchObject({ problem: { code: 'S3_CHANGED' } });
  });

  it('is listed page by page', async () => {
    const { s3, store } = await given({}, { pageSize: 3 });
    for (let at = 0; at < 10; at += 1) await store.put(`${folder}/b${at}.dump`, of('x'), never);
    expect(await store.list(folder)).toHaveLength(10);
    expect(s3.asked.filter((each) => each === 'ListObjectsV2')).toHaveLength(4);
  });

  it('a list without an end is given up', async () => {
    const { s3, store } = await given();
    s3.bucket.list = () => ({ keys: [], next: 'more' });
    await expect(store.list(folder)).rejects.toMatchObject({ problem: { code: 'S3_REFUSED' } });
  });
});

it('what may not be looked at is not swept, and nothing fails for it', async () => {
  const { s3, store } = await given();
  s3.denied.add('ListMultipartUploads');
  await store.sweep(name);
  s3.denied.clear();
  s3.denied.add('AbortMultipartUpload');
  s3.bucket.begin({ key, query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) });
  await store.sweep(name);
  expect(s3.bucket.uploads.size).toBe(1);
});

it('what has more parts than the service takes is refused, and nothing of it stays', async () => {
  const { s3 } = await given();
  const { store } = storeAt(s3, {}, { partsMax: 2 });
  await expect(store.put(name, large(17 * mebibyte).bytes, never)).rejects.toMatchObject({
    problem: { code: 'S3_TOO_LARGE' },
  });
  expect(s3.bucket.objects.size + s3.bucket.uploads.size).toBe(0);
});

it('a service that does not answer is left alone by lists, and by nothing that a step does', async () => {
  const { s3, store } = await given();
  s3.silent = true;
  for (let turn = 0; turn < 5; turn += 1) {
    await expect(store.list(folder)).rejects.toMatchObject({ problem: { code: 'S3_NO_ANSWER' } });
  }
  s3.silent = false;
  await expect(store.list(folder)).rejects.toMatchObject({ problem: { code: 'S3_RESTS' } });
  expect(store.health()).toBe('down');
  await store.put(name, of('x'), never);
  expect((await readAll(store, name)).toString()).toBe('x');
});

it('everything goes through the proxy where there is one', async () => {
  const { s3 } = await given();
  const through: string[] = [];
  const proxy = createServer((asked, answer) => {
    through.push(asked.url ?? '');
    const { method, headers, url = '' } = asked;
    const onward = request(url, { method: method ?? 'GET', headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(answer);
    });
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const { store } = storeAt(s3, { proxy: `http://127.0.0.1:${port}` });
  await store.put(name, of('x'), never);
  expect(through).toHaveLength(s3.asked.length);
  expect(through[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/company-backups\/tocsin\//);
});

it('the parts of an upload grow, so that 10,000 of them hold 2.4 TiB, and a few MiB are on their way at once', () => {
  let all = 0;
  for (let number = 1; number <= partsMax; number += 1) {
    const bytes = partBytes(number);
    expect(bytes).toBeGreaterThanOrEqual(5 * mebibyte);
    expect(bytes).toBeLessThanOrEqual(640 * mebibyte);
    expect(partsAtOnce(number) * bytes).toBeLessThanOrEqual(Math.max(10 * mebibyte, bytes));
    all += bytes;
  }
  expect(all / 1024 ** 4).toBeGreaterThan(2.4);
  expect(partBytes(1_001)).toBe(10 * mebibyte);
});

describe('doctor', () => {
  it('says where it is, and what can be done there, and leaves nothing behind', async () => {
    const { s3, store } = await given();
    expect(await store.doctor()).toEqual([
      {
        check: 'store',
        facts: {
          endpoint: s3.url,
          region: 'eu-central-1',
          probe: 'tocsin/.tocsin-doctor',
          overwrites: 'refused',
          removing: 'allowed',
          uploads: 'swept',
        },
      },
    ]);
    expect(s3.bucket.objects.size).toBe(0);
  });

  it('says what the server cannot do, and what is not allowed', async () => {
    const { s3, store } = await given({}, { conditions: false });
    s3.denied.add('DeleteObject').add('ListMultipartUploads');
    for (let turn = 0; turn < 2; turn += 1) {
      const [{ facts, problem } = { facts: {}, problem: undefined }] = await store.doctor();
      expect(problem).toBeUndefined();
      expect(facts).toMatchObject({
        overwrites: 'not refused by this server, so each name is looked at before',
        removing: 'not allowed, so retention cannot be used',
        uploads: 'left to a lifecycle rule of the bucket',
      });
    }
    expect(s3.bucket.objects.size).toBe(1);
    expect(await store.list('')).toEqual([]);
  });

  it('says why backups cannot be kept there', async () => {
    const { s3, store } = await given();
    s3.denied.add('PutObject');
    expect(await store.doctor()).toMatchObject([
      { check: 'store', problem: { code: 'S3_REFUSED', facts: { what: 'PutObject' } } },
    ]);
    s3.silent = true;
    expect(await store.doctor()).toMatchObject([{ problem: { code: 'S3_NO_ANSWER' } }]);
  });
});
