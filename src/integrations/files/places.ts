import { constants } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import { baseOf, parentOf, pathOf, type Raw, rawOf, said } from './name.ts';
import type { FilesConfig } from './schema.ts';
import { roomAt } from './scratch.ts';
import { faultOf, trouble } from './trouble.ts';

/** Where one declared path lies, whether anything is there or not; what takes its place lies beside it. */
export interface Place {
  readonly path: string;
  readonly at: Raw;
  /** `/etc`, where names are changed. */
  readonly parent: Raw;
}

/** The names that a restore gives. What is beside a path is called as the path, and so in addition. */
export function namesFor({ target }: Pick<FilesConfig, 'target'>, mark: string) {
  return { next: `${target}_restored_${mark}`, aside: `${target}_before_${mark}` };
}

export function isOurs({ target }: Pick<FilesConfig, 'target'>, name: string): boolean {
  return (
    name.startsWith(`${target}_`) && /^_(restored|before)_\w{1,16}$/.test(name.slice(target.length))
  );
}

/** `checkout-etc_before_1a2b3c` of `/etc/checkout` is `/etc/checkout_before_1a2b3c`. */
export function beside({ at }: Place, { target }: Pick<FilesConfig, 'target'>, name: string): Raw {
  return at + rawOf(name.slice(target.length));
}

/** Throws FILES_NOT_THERE where there is no folder that could hold a path. */
export async function placesOf({ paths }: Pick<FilesConfig, 'paths'>): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const path of paths) {
    const above = parentOf(rawOf(path)) || '/';
    const parent = await realpath(pathOf(above), { encoding: 'latin1' }).catch((error: unknown) => {
      throw trouble('FILES_NOT_THERE', { path: said(above) }, error);
    });
    places.push({ path, parent, at: `${parent === '/' ? '' : parent}/${baseOf(rawOf(path))}` });
  }
  return places;
}

/** Whether names can be changed there, and so many bytes written. Throws FILES_MOUNTED, FILES_PARENT_CLOSED, FILES_NO_ROOM. */
export async function checkPlaces(
  places: readonly Place[],
  bytesOf: (place: Place) => number,
): Promise<void> {
  const wanted = new Map<number, { bytes: number; readonly parent: Raw }>();
  for (const place of places) {
    const { at, parent, path } = place;
    const [about, above] = [await lstat(pathOf(at)), await stat(pathOf(parent))];
    if (about.dev !== above.dev) throw trouble('FILES_MOUNTED', { path, parent: said(parent) });
    await access(pathOf(parent), constants.W_OK | constants.X_OK).catch((error: unknown) => {
      throw trouble(
        'FILES_PARENT_CLOSED',
        { path: said(parent), why: faultOf(error) ?? '' },
        error,
      );
    });
    const on = wanted.get(above.dev) ?? { bytes: 0, parent };
    on.bytes += bytesOf(place);
    wanted.set(above.dev, on);
  }
  for (const { bytes, parent } of wanted.values()) {
    const free = await roomAt(pathOf(parent));
    if (free < bytes) throw trouble('FILES_NO_ROOM', { path: said(parent), free, needed: bytes });
  }
}

/** What lies there, whatever it is called; undefined where nothing does. */
export async function identityAt(at: Raw): Promise<string | undefined> {
  try {
    const { dev, ino } = await lstat(pathOf(at), { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (faultOf(error) === 'ENOENT') return undefined;
    throw trouble('FILES_UNREADABLE', { path: said(at), why: faultOf(error) ?? '' }, error);
  }
}
