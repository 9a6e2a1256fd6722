import type { Raw } from '../name.ts';
import { broken } from '../trouble.ts';

/*
 * The interchange format of POSIX, which every tar reads: blocks of 512 bytes, and a record of `key=value` before a
 * member whose name, link, size or owner a plain header cannot hold.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
 */

export const blockBytes = 512;

export interface Header {
  /** Without a slash at either end. */
  readonly path: Raw;
  readonly kind: Kind;
  /** Of `stat`, without the kind. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of a file; 0 of all others. */
  readonly size: number;
  /** Of a link: where it points. */
  readonly link?: Raw;
}

export type Kind = 'file' | 'folder' | 'link';

const letters: Readonly<Record<Kind, string>> = { file: '0', link: '2', folder: '5' };
const nameMax = 100;
const idMax = 0o7777777;
const sizeMax = 0o77777777777;
/** A way that the system takes has 4096 bytes at most. */
export const recordMax = 32 * 1024;

/** The blocks that stand before the content of a member. */
export function headerOf(header: Header): Buffer {
  const { path, kind, link = '', size, uid, gid } = header;
  const name = kind === 'folder' ? `${path}/` : path;
  const records = [
    ...(isPlain(name) ? [] : [['path', name] as const]),
    ...(isPlain(link) ? [] : [['linkpath', link] as const]),
    ...(size > sizeMax ? [['size', String(size)] as const] : []),
    ...(uid > idMax ? [['uid', String(uid)] as const] : []),
    ...(gid > idMax ? [['gid', String(gid)] as const] : []),
  ];
  const main = block({
    ...{ name: name.slice(0, nameMax), link: link.slice(0, nameMax), letter: letters[kind] },
    ...{ mode: header.mode & 0o7777, mtime: Math.max(0, header.mtime) },
    ...{ size: Math.min(size, sizeMax), uid: Math.min(uid, idMax), gid: Math.min(gid, idMax) },
  });
  if (records.length === 0) return main;
  const text = Buffer.from(records.map(recordOf).join(''), 'latin1');
  const before = block({
    ...{ name: 'PaxHeaders/record', link: '', letter: 'x', size: text.length },
    ...{ mode: 0o644, mtime: 0, uid: 0, gid: 0 },
  });
  return Buffer.concat([before, text, Buffer.alloc(paddingOf(text.length)), main]);
}

export function paddingOf(bytes: number): number {
  return (blockBytes - (bytes % blockBytes)) % blockBytes;
}

export const endOfArchive: Buffer = Buffer.alloc(2 * blockBytes);

function isPlain(name: Raw): boolean {
  return name.length <= nameMax && /^[\x20-\x7e]*$/.test(name);
}

/** Its length counts its own digits. */
function recordOf([key, value]: readonly [string, string]): string {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length !== String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

interface Block {
  readonly name: Raw;
  readonly link: Raw;
  readonly letter: string;
  readonly mode: number;
  readonly mtime: number;
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
}

function block({ name, link, letter, mode, mtime, size, uid, gid }: Block): Buffer {
  const bytes = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, width: number) =>
    bytes.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  bytes.write(name, 0, 'latin1');
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(size, 124, 12);
  octal(mtime, 136, 12);
  bytes.write(letter, 156, 'latin1');
  bytes.write(link, 157, 'latin1');
  bytes.write('ustar\x0000', 257, 'latin1');
  bytes.write(`${sumOf(bytes).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

/** Of all bytes, with spaces where it stands itself. */
function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (const [at, byte] of bytes.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte;
  return sum;
}

/** One block as it stands: a member, or the record before one. */
export type ReadBlock =
  | { readonly is: 'record'; readonly size: number }
  | { readonly is: 'member'; readonly header: Header };

/** Reads a block, with what the record before it said. Rejects whatever we would not have written. */
export function blockIn(bytes: Buffer, record: ReadonlyMap<string, string>): ReadBlock {
  if (textIn(bytes, 257, 6) !== 'ustar') throw broken('there is no header where one has to be');
  if (numberIn(bytes, 148, 8) !== sumOf(bytes)) throw broken('a header does not have its checksum');
  const letter = textIn(bytes, 156, 1);
  const plainSize = numberIn(bytes, 124, 12);
  if (letter === 'x') {
    if (record.size > 0 || plainSize > recordMax) throw broken('a record is none');
    return { is: 'record', size: plainSize };
  }
  const kind = kindOf(letter);
  const size = numberFrom(record.get('size')) ?? plainSize;
  if (kind !== 'file' && size !== 0) throw broken('what is no file has content');
  const name = record.get('path') ?? textIn(bytes, 0, nameMax);
  const path = kind === 'folder' ? name.replace(/\/$/, '') : name;
  const link = record.get('linkpath') ?? textIn(bytes, 157, nameMax);
  return {
    is: 'member',
    header: {
      ...{ path: checked(path), kind, mode: numberIn(bytes, 100, 8) & 0o7777 },
      ...{ mtime: numberIn(bytes, 136, 12), size },
      uid: numberFrom(record.get('uid')) ?? numberIn(bytes, 108, 8),
      gid: numberFrom(record.get('gid')) ?? numberIn(bytes, 116, 8),
      ...(kind === 'link' && { link: checkedLink(link) }),
    },
  };
}

export function recordIn(bytes: Buffer): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('latin1', at, Math.max(at, space)));
    const line = bytes.toString('latin1', space + 1, at + length);
    const equals = line.indexOf('=');
    const isWhole = space >= 0 && length > 0 && at + length <= bytes.length;
    if (!isWhole || equals < 1 || !line.endsWith('\n')) {
      throw broken('a record is none');
    }
    found.set(line.slice(0, equals), line.slice(equals + 1, -1));
    at += length;
  }
  return found;
}

function kindOf(letter: string): Kind {
  const found = (['file', 'folder', 'link'] as const).find((kind) => letters[kind] === letter);
  if (found) return found;
  throw broken(`a member is of the kind "${letter}", which no backup of ours has`);
}

/** A way below where it is unpacked, and nowhere else. */
function checked(path: Raw): Raw {
  const parts = path.split('/');
  const isSafe = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && part.length <= 255,
  );
  if (isSafe && !path.includes('\0') && path.length <= 4_096) return path;
  throw broken(`a member is called ${JSON.stringify(path.slice(0, 80))}, which leads elsewhere`);
}

function checkedLink(link: Raw): Raw {
  if (link !== '' && !link.includes('\0') && link.length <= 4_096) return link;
  throw broken('a link points nowhere');
}

function textIn(bytes: Buffer, at: number, length: number): string {
  const text = bytes.toString('latin1', at, at + length);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function numberIn(bytes: Buffer, at: number, length: number): number {
  const text = textIn(bytes, at, length).trim();
  if (!/^[0-7]+$/.test(text)) throw broken('a header holds no number where one has to be');
  return Number.parseInt(text, 8);
}

function numberFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw broken('a record holds no number where one has to be');
}
