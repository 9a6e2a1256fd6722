import { constants } from 'node:fs';
import { type FileHandle, lchown, lutimes, mkdir, open, symlink } from 'node:fs/promises';
import type { Header } from './archive/header.ts';
import { createOrder } from './archive/order.ts';
import { type Member, membersOf } from './archive/read.ts';
import { pathOf, type Raw } from './name.ts';
import { broken, faultOf } from './trouble.ts';

export interface Unpacking {
  /** Where the tree of a member at the top of the archive goes; there must be nothing yet. Throws for one that nobody asked for. */
  readonly placeOf: (root: Raw) => Raw;
  /** `use`: whoever owned it gets it, as far as this process may. `looking`: it stays ours, and can be read and cleared. */
  readonly purpose: 'use' | 'looking';
  readonly signal: AbortSignal;
}

type Purpose = Unpacking['purpose'];

/** Reads an archive to its end as unpacking would, and writes nothing. */
export async function readThrough(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const order = createOrder();
  for await (const member of membersOf(bytes)) {
    signal.throwIfAborted();
    order.enter(member);
    for await (const _ of member.body) signal.throwIfAborted();
  }
}

/**
 * Unpacks below the places that it is told, and nowhere else: nothing is written through a link, over a file, or into a
 * folder that was there before.
 */
export async function unpack(
  bytes: AsyncIterable<Uint8Array>,
  { placeOf, purpose, signal }: Unpacking,
): Promise<void> {
  const order = createOrder();
  const places = new Map<Raw, Raw>();
  const placed = ({ path }: Header, root: Raw): Raw => {
    const place = places.get(root) ?? placeOf(root);
    places.set(root, place);
    return place + path.slice(root.length);
  };
  let last = '';
  const leave = async (folders: readonly Header[]) => {
    for (const folder of folders) {
      await finishFolder(placed(folder, last), folder, purpose);
    }
  };
  for await (const member of membersOf(bytes)) {
    signal.throwIfAborted();
    const { root, left } = order.enter(member);
    await leave(left);
    last = root;
    await make(member, placed(member, root), { purpose, signal });
  }
  await leave(order.rest());
}

async function make(
  member: Member,
  at: Raw,
  { purpose, signal }: Pick<Unpacking, 'purpose' | 'signal'>,
): Promise<void> {
  const path = pathOf(at);
  try {
    if (member.kind === 'folder') {
      await mkdir(path, { mode: 0o700 });
    } else if (member.kind === 'link') {
      await symlink(pathOf(member.link ?? ''), path);
      if (purpose === 'use') await given(member, () => lchown(path, member.uid, member.gid));
      await lutimes(path, member.mtime, member.mtime);
    } else {
      const file = await open(path, 'wx', 0o600);
      try {
        await fill(file, member, signal);
        await finish(file, member, purpose);
      } finally {
        await file.close();
      }
    }
  } catch (error) {
    if (faultOf(error) === 'EEXIST') throw broken('two members have one name');
    throw error;
  }
}

async function fill(file: FileHandle, { body }: Member, signal: AbortSignal): Promise<void> {
  for await (const part of body) {
    signal.throwIfAborted();
    for (let at = 0; at < part.length; ) at += (await file.write(part, at)).bytesWritten;
  }
}

async function finishFolder(at: Raw, header: Header, purpose: Purpose): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const folder = await open(pathOf(at), flags);
  try {
    await finish(folder, header, purpose);
  } finally {
    await folder.close();
  }
}

/** Rights last: until then it is ours alone. What runs as its owner must not run as another one. */
async function finish(opened: FileHandle, header: Header, purpose: Purpose): Promise<void> {
  const { uid, gid, kind, mode, mtime } = header;
  if (purpose === 'looking') {
    await opened.chmod((mode & 0o777) | (kind === 'folder' ? 0o700 : 0o600));
  } else {
    const isGiven = await given(header, () => opened.chown(uid, gid));
    await opened.chmod(mode & (isGiven ? 0o7777 : 0o1777));
  }
  await opened.utimes(mtime, mtime);
  // What takes the place of what is in use has to be on the disk by then.
  if (purpose === 'use') await opened.sync();
}

/** Only root gives files away; whose it stays is then said in the plan. */
async function given({ uid, gid }: Header, give: () => Promise<void>): Promise<boolean> {
  try {
    await give();
    return true;
  } catch (error) {
    if (faultOf(error) !== 'EPERM') throw error;
    return uid === process.geteuid?.() && gid === process.getegid?.();
  }
}
