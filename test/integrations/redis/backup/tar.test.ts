import { expect, it } from 'vitest';
import {
  endOfTar,
  entriesOf,
  headerOf,
  paddingOf,
} from '../../../../src/integrations/redis/backup/tar.ts';

const files = [
  { name: 'slots.txt', text: '1.rdb 0-16383\n' },
  { name: '1.rdb', text: 'x'.repeat(512) },
  { name: '2.rdb', text: '' },
];
const never = new AbortController().signal;
const whole = Buffer.concat([
  ...files.flatMap(({ name, text }) => [
    headerOf({ name, bytes: text.length }, Date.UTC(2026, 10, 26)),
    Buffer.from(text),
    paddingOf(text.length),
  ]),
  endOfTar,
]);

it.each([1, 7, 512, 100_000])(
  'what was written is read back, in pieces of %i bytes',
  async (size) => {
    expect(await readBack(whole, size)).toEqual(files);
  },
);

it('every tar that is cut is refused, wherever that was', async () => {
  for (let length = 0; length < whole.length; length += 256) {
    await expect(readBack(whole.subarray(0, length), 512)).rejects.toMatchObject({
      problem: { code: 'BACKUP_PROGRAM_FAILED', facts: { why: 'it is cut' } },
    });
  }
});

it.each([
  ['a header', 3, 'a header in it does not have its checksum'],
  ['the size in it', 130, 'a header in it does not have its checksum'],
  ['its end', whole.length - 3, 'it does not end as a tar does'],
])('a bit that was turned in %s is found', async (_, at, why) => {
  const harmed = Buffer.from(whole);
  harmed.writeUInt8((harmed[at] ?? 0) ^ 1, at);
  await expect(readBack(harmed, 512)).rejects.toMatchObject({ problem: { facts: { why } } });
});

it('a file of more than 8 GiB has its size as well', async () => {
  const bytes = 9 * 1024 ** 3 + 1;
  async function* begun() {
    yield headerOf({ name: '1.rdb', bytes }, 0);
  }
  for await (const entry of entriesOf(begun(), never)) {
    expect(entry).toMatchObject({ name: '1.rdb', bytes });
    break;
  }
});

async function readBack(bytes: Buffer, size: number) {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const found: { readonly name: string; readonly text: string }[] = [];
  for await (const { name, content } of entriesOf(chunks(), never)) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    found.push({ name, text: Buffer.concat(parts).toString() });
  }
  return found;
}
