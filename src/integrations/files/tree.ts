import { constants, type Stats } from 'node:fs';
import { access, lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import { blockBytes, type Header, headerOf, paddingOf } from './archive/header.ts';
import { baseOf, parentOf, pathOf, type Raw, rawOf, said } from './name.ts';
import type { Notes } from './notes.ts';
import type { FilesConfig } from './schema.ts';
import { faultOf, trouble } from './trouble.ts';

/** One declared path, where it really lies: no link stands on the way to it. */
export interface Root {
  /** As the configuration has it. */
  readonly path: string;
  readonly at: Raw;
}

export interface Entry extends Omit<Header, 'path'> {
  readonly at: Raw;
  /** Below the root, `''` for itself. */
  readonly below: Raw;
}

/** More than this is no configuration and no logs. */
const entriesMax = 1_000_000;

/** Throws FILES_NOT_THERE, and FILES_IS_LINK where the path itself is a link. */
async function rootOf(path: string): Promise<Root> {
  const raw = rawOf(path);
  try {
    const about = await lstat(path);
    if (about.isSymbolicLink()) throw trouble('FILES_IS_LINK', { path });
    const parent = await realpath(pathOf(parentOf(raw) || '/'), { encoding: 'latin1' });
    return { path, at: `${parent === '/' ? '' : parent}/${baseOf(raw)}` };
  } catch (error) {
    throw unreadable(error, raw);
  }
}

/**
 * Everything at and below a root in the order of its names, each folder before what is in it. Links are not followed and other file
 * systems not entered. Throws FILES_UNREADABLE.
 */
export async function* walk(
  root: Root,
  { exclude }: Pick<FilesConfig, 'exclude'>,
  notes: Notes,
): AsyncGenerator<Entry> {
  const isLeftOut = excluding(exclude);
  const first = await lookAt(root.at, '', notes);
  if (!first) throw trouble('FILES_NOT_THERE', { path: root.path });
  const { device } = first;
  const waiting: Looked[] = [first];
  for (let seen = 0; ; seen += 1) {
    const next = waiting.pop();
    if (!next) return;
    if (seen > entriesMax) throw trouble('FILES_TOO_MANY', { path: root.path, most: entriesMax });
    if (next.entry.kind !== 'folder') {
      yield next.entry;
      continue;
    }
    if (next.device !== device) {
      notes.tell('mounted', next.entry.at);
      continue;
    }
    const names = await namesIn(next.entry.at, notes);
    if (!names) continue;
    yield next.entry;
    const found: Looked[] = [];
    for (const name of names) {
      const below = next.entry.below === '' ? name : `${next.entry.below}/${name}`;
      if (isLeftOut(below)) continue;
      const looked = await lookAt(`${next.entry.at}/${name}`, below, notes);
      if (looked) found.push(looked);
    }
    waiting.push(...found.toReversed());
  }
}

/** Throws FILES_NOT_THERE, FILES_IS_LINK. */
export async function rootsOf({ paths }: Pick<FilesConfig, 'paths'>): Promise<readonly Root[]> {
  const roots: Root[] = [];
  for (const path of paths) roots.push(await rootOf(path));
  return roots;
}

/** How large an archive of them is at most. Throws what reading them would, and FILES_TOO_LARGE. */
export async function measured(
  roots: readonly Root[],
  config: FilesConfig,
  notes: Notes,
): Promise<number> {
  let content = 0;
  let bytes = 2 * blockBytes;
  for (const root of roots) {
    for await (const entry of walk(root, config, notes)) {
      await checkReadable(entry);
      content += entry.size;
      bytes += headerOf(headerFor(entry)).length + entry.size + paddingOf(entry.size);
      if (content > config.bytesMax) throw tooLarge(config, content);
    }
  }
  // What cannot be compressed grows by less: https://github.com/facebook/zstd/blob/v1.5.5/lib/zstd.h#L224
  return bytes + Math.ceil(bytes / 256) + 1024;
}

export function tooLarge({ target, bytesMax: most }: FilesConfig, bytes: number) {
  return trouble('FILES_TOO_LARGE', { target, bytes, most });
}

/** In an archive ways do not begin with a slash. */
export function headerFor({ at, below: _, ...entry }: Entry): Header {
  return { ...entry, path: at.slice(1) };
}

/** May it be read? A copy that lacks what nobody may read is none. */
async function checkReadable({ at, kind }: Entry): Promise<void> {
  if (kind !== 'file' || process.geteuid?.() === 0) return;
  await access(pathOf(at), constants.R_OK).catch((error: unknown) => {
    if (faultOf(error) !== 'ENOENT') throw unreadable(error, at);
  });
}

export function unreadable(error: unknown, raw: Raw): unknown {
  const fault = faultOf(error);
  if (fault === undefined) return error;
  if (fault === 'ENOENT') return trouble('FILES_NOT_THERE', { path: said(raw) }, error);
  return trouble('FILES_UNREADABLE', { path: said(raw), why: fault }, error);
}

interface Looked {
  readonly entry: Entry;
  readonly device: number;
}

async function lookAt(at: Raw, below: Raw, notes: Notes): Promise<Looked | undefined> {
  try {
    const about = await lstat(pathOf(at));
    const kind = kindOf(about);
    if (!kind) {
      notes.tell('special', at);
      return undefined;
    }
    const link = kind === 'link' ? await readlink(pathOf(at), { encoding: 'latin1' }) : undefined;
    return {
      device: about.dev,
      entry: {
        ...{ at, below, kind, mode: about.mode & 0o7777, uid: about.uid, gid: about.gid },
        ...{ mtime: Math.floor(about.mtimeMs / 1000), size: kind === 'file' ? about.size : 0 },
        ...(link !== undefined && { link }),
      },
    };
  } catch (error) {
    if (faultOf(error) !== 'ENOENT') throw unreadable(error, at);
    if (below !== '') notes.tell('gone', at);
    return undefined;
  }
}

function kindOf(about: Stats): Entry['kind'] | undefined {
  if (about.isFile()) return 'file';
  if (about.isDirectory()) return 'folder';
  return about.isSymbolicLink() ? 'link' : undefined;
}

async function namesIn(at: Raw, notes: Notes): Promise<readonly Raw[] | undefined> {
  try {
    return (await readdir(pathOf(at), { encoding: 'latin1' })).sort();
  } catch (error) {
    if (faultOf(error) !== 'ENOENT') throw unreadable(error, at);
    notes.tell('gone', at);
    return undefined;
  }
}

/** What fits a pattern is left out with all that is in it. */
function excluding(patterns: readonly string[]): (below: Raw) => boolean {
  if (patterns.length === 0) return () => false;
  return (below) => {
    const way = said(below);
    const name = way.slice(way.lastIndexOf('/') + 1);
    return patterns.some((pattern) => matchesGlob(pattern.includes('/') ? way : name, pattern));
  };
}
