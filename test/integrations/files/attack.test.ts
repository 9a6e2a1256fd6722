import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Header, headerOf } from '../../../src/integrations/files/archive/header.ts';
import { rawOf } from '../../../src/integrations/files/name.ts';
import { readThrough, unpack } from '../../../src/integrations/files/unpack.ts';
import { folderOf, going, partsOf } from './given.ts';

/*
 * Archives that a tar would be asked to write elsewhere with. Whoever reaches the store can put one there; its signature
 * is what keeps it from being unpacked, and this what keeps it from harm should it ever be.
 */

const plain: Header = { path: '', kind: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 1, size: 0 };
const folder = (path: string) => headerOf({ ...plain, path, kind: 'folder', mode: 0o755 });
const link = (path: string, to: string) => headerOf({ ...plain, path, kind: 'link', link: to });
const file = (path: string, text = 'evil') =>
  Buffer.concat([headerOf({ ...plain, path, size: text.length }), content(text)]);
const content = (text: string) =>
  Buffer.concat([Buffer.from(text), Buffer.alloc(512 - text.length)]);
const end = Buffer.alloc(1024);

/** The same header with other bytes at a place, and a checksum that fits. */
function forged(header: Buffer, at: number, bytes: string): Buffer {
  const made = Buffer.from(header);
  made.write(bytes, at, 'latin1');
  made.fill(0x20, 148, 156);
  const sum = made.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  made.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return made;
}

function record(text: string, size = text.length): Buffer {
  const head = forged(headerOf({ ...plain, path: 'record', size }), 156, 'x');
  return Buffer.concat([head, content(text)]);
}

const attacks: readonly (readonly [string, readonly Buffer[], RegExp])[] = [
  ['a way upwards', [folder('etc'), file('etc/../../canary')], /leads elsewhere/],
  ['a way upwards at the top', [file('../canary')], /leads elsewhere/],
  ['a way from the root of the machine', [file('/canary')], /leads elsewhere/],
  ['a way with nothing between two slashes', [folder('etc'), file('etc//x')], /leads elsewhere/],
  ['a way that stays where it is', [folder('etc'), file('etc/./x')], /leads elsewhere/],
  ['a way upwards in a record', [record('21 path=../../canary\n'), file('x')], /leads elsewhere/],
  [
    'a name with a NUL in a record',
    [record('14 path=a\0/x\n'), file('x')],
    /leads elsewhere|is none/,
  ],
  ['a name that is too long', [folder('etc'), file(`etc/${'x'.repeat(256)}`)], /leads elsewhere/],
  [
    'a file behind a link',
    [folder('etc'), link('etc/out', '..'), file('etc/out/canary')],
    /no folder/,
  ],
  ['a file behind a link at the top', [link('etc', '..'), file('etc/canary')], /no folder/],
  [
    'a file behind a link, later',
    [link('a/b', '..'), folder('q'), file('a/b/canary')],
    /no folder/,
  ],
  ['a tree around one that was there', [folder('a/b'), folder('a')], /no folder/],
  [
    'a link in the place of a folder',
    [folder('etc'), folder('etc/a'), link('etc/a', '..')],
    /one name/,
  ],
  ['a file over a link', [folder('etc'), link('etc/a', '../canary'), file('etc/a')], /one name/],
  ['a file over a file', [folder('etc'), file('etc/a'), file('etc/a')], /one name/],
  [
    'a folder that comes back',
    [folder('etc'), folder('etc/a'), file('etc/b'), file('etc/a/x')],
    /no folder/,
  ],
  ['a file in a folder that nobody made', [folder('etc'), file('etc/a/x')], /no folder/],
  ['a hard link', [folder('etc'), forged(link('etc/a', '../canary'), 156, '1')], /of the kind "1"/],
  [
    'a character device',
    [forged(headerOf({ ...plain, path: 'tty' }), 156, '3')],
    /of the kind "3"/,
  ],
  ['a block device', [forged(headerOf({ ...plain, path: 'sda' }), 156, '4')], /of the kind "4"/],
  ['a pipe', [forged(headerOf({ ...plain, path: 'pipe' }), 156, '6')], /of the kind "6"/],
  ['a sparse file', [forged(headerOf({ ...plain, path: 'hole' }), 156, 'S')], /of the kind "S"/],
  [
    'a long name of another format',
    [forged(headerOf({ ...plain, path: 'x' }), 156, 'L')],
    /of the kind "L"/,
  ],
  [
    'settings for all that follows',
    [forged(headerOf({ ...plain, path: 'x' }), 156, 'g')],
    /of the kind "g"/,
  ],
  ['a folder with content', [forged(folder('etc'), 124, '00000000004')], /has content/],
  ['a size that is none', [record('13 size=-512\n'), file('x')], /no number/],
  [
    'a size beyond all numbers',
    [record('33 size=999999999999999999999999\n'), file('x')],
    /no number/,
  ],
  ['a record that is too large', [record('x', 64 * 1024)], /record is none/],
  ['a record that says no length', [record('path=x\n'), file('x')], /record is none/],
  ['a record that goes beyond its end', [record('999 path=x\n'), file('x')], /record is none/],
  [
    'a record for a record',
    [record('9 path=x\n'), record('9 path=x\n'), file('x')],
    /record is none/,
  ],
  ['a header with another checksum', [Buffer.from(file('x')).fill(0x61, 0, 1)], /checksum/],
  ['bytes that are no header', [Buffer.alloc(512, 0x61)], /no header/],
  ['a member behind the end', [file('x'), end, file('y')], /behind its end/],
];

it.each(attacks)('an archive with %s writes nowhere else', async (_, blocks, says) => {
  const around = folderOf();
  writeFileSync(join(around, 'canary'), 'alive');
  mkdirSync(join(around, 'in'));
  let count = 0;
  const placeOf = () => {
    count += 1;
    return rawOf(join(around, 'in', String(count)));
  };
  const bytes = Buffer.concat([...blocks, end]);
  const unpacking = unpack(partsOf(bytes, 100), { placeOf, purpose: 'use', signal: going() });
  await expect(unpacking).rejects.toMatchObject({
    problem: { code: 'BACKUP_PROGRAM_FAILED', facts: { why: expect.stringMatching(says) } },
  });
  expect(readFileSync(join(around, 'canary'), 'utf8')).toBe('alive');
  expect(readdirSync(around).toSorted()).toEqual(['canary', 'in']);
});

it('a place that holds something already is not unpacked into', async () => {
  const around = folderOf();
  mkdirSync(join(around, 'etc'));
  const bytes = Buffer.concat([folder('etc'), file('etc/x'), end]);
  const placeOf = () => rawOf(join(around, 'etc'));
  await expect(
    unpack(partsOf(bytes), { placeOf, purpose: 'use', signal: going() }),
  ).rejects.toThrow();
  expect(readdirSync(join(around, 'etc'))).toEqual([]);
});

it('an archive that was cut anywhere is not read to its end', async () => {
  const whole = Buffer.concat([folder('etc'), file('etc/a'), record('9 path=x\n'), file('x'), end]);
  await readThrough(partsOf(whole), going());
  for (let at = 0; at < whole.length; at += 64) {
    await expect(readThrough(partsOf(whole.subarray(0, at)), going())).rejects.toThrow();
  }
});

it('of a file of another user nothing runs as that user, where it cannot be given back', async () => {
  const around = folderOf();
  const header = headerOf({ ...plain, path: 'su', mode: 0o4755, size: 4, uid: 1234, gid: 1234 });
  const bytes = Buffer.concat([header, content('evil'), end]);
  const placeOf = () => rawOf(join(around, 'su'));
  await unpack(partsOf(bytes), { placeOf, purpose: 'looking', signal: going() });
  expect(statSync(join(around, 'su')).mode & 0o7777).toBe(0o755);
});
