import { open, readFile, rename, rm } from 'node:fs/promises';
import { baseOf, parentOf, pathOf, type Raw } from './name.ts';
import { beside, identityAt, isOurs, type Place } from './places.ts';
import type { FilesConfig } from './schema.ts';
import { faultOf, trouble } from './trouble.ts';

export interface Names {
  readonly current: string;
  readonly next: string;
  readonly aside: string;
}

/*
 * Several names cannot change at once, so what is about to change is written down first: while that stands, whoever looks
 * sees what was before, and whoever goes on either brings it to its end or takes it back.
 */

/** A change of names that has begun and has not ended; undefined where there is none. */
export async function changingAt(
  places: readonly Place[],
  config: FilesConfig,
): Promise<Names | undefined> {
  const at = noteBeside(places);
  const text = await readFile(pathOf(at), 'utf8').catch((error: unknown) => {
    if (faultOf(error) === 'ENOENT') return '';
    throw trouble('FILES_CANNOT_WRITE', { path: at, why: faultOf(error) ?? '' }, error);
  });
  const [next = '', aside = ''] = text.split('\n');
  // Written in part it says that nothing was renamed yet; written by somebody else it says nothing.
  const isWhole = text.endsWith('\nend\n') && isOurs(config, next) && isOurs(config, aside);
  return isWhole ? { current: config.target, next, aside } : undefined;
}

/** What stands behind a name: of what is in use only where all of it is there. */
export async function identityOf(
  name: string,
  places: readonly Place[],
  { config, changing }: { readonly config: FilesConfig; readonly changing: Names | undefined },
): Promise<string | undefined> {
  const isKnown = name === config.target || isOurs(config, name);
  if (!isKnown || name === changing?.aside) return undefined;
  const found: string[] = [];
  for (const place of places) {
    const now = await identityAt(name === config.target ? place.at : beside(place, config, name));
    const kept = changing && (await identityAt(beside(place, config, changing.aside)));
    // What was in use is aside already, and what was restored has its name.
    const before =
      kept !== undefined && name === config.target
        ? kept
        : kept !== undefined && name === changing?.next
          ? (now ?? (await identityAt(place.at)))
          : now;
    if (before !== undefined) found.push(before);
  }
  const isThere = name === config.target ? found.length === places.length : found.length > 0;
  return isThere ? found.join(',') : undefined;
}

/** All paths get the tree that was restored for them, or none does. Throws FILES_CANNOT_WRITE, and has taken it back then. */
export async function changeNames(
  names: Names,
  places: readonly Place[],
  config: FilesConfig,
): Promise<void> {
  const note = noteBeside(places);
  try {
    await writeDown(note, names);
    for (const place of places) {
      const aside = beside(place, config, names.aside);
      const next = beside(place, config, names.next);
      if ((await identityAt(aside)) === undefined) await rename(pathOf(place.at), pathOf(aside));
      if ((await identityAt(next)) !== undefined) await rename(pathOf(next), pathOf(place.at));
    }
    for (const { parent } of places) await synced(parent);
  } catch (error) {
    await takeBack(names, places, config);
    throw trouble('FILES_CANNOT_WRITE', { path: note, why: faultOf(error) ?? '' }, error);
  }
  await rm(pathOf(note));
}

/** As it was before the change began. */
export async function takeBack(
  names: Names,
  places: readonly Place[],
  config: FilesConfig,
): Promise<void> {
  for (const place of places.toReversed()) {
    const aside = beside(place, config, names.aside);
    if ((await identityAt(aside)) === undefined) continue;
    const isNew = (await identityAt(place.at)) !== undefined;
    if (isNew) await rename(pathOf(place.at), pathOf(beside(place, config, names.next)));
    await rename(pathOf(aside), pathOf(place.at));
  }
  await rm(pathOf(noteBeside(places)), { force: true });
}

function noteBeside([first]: readonly Place[]): Raw {
  if (!first) throw new TypeError('a target of files has a path');
  return `${first.parent === '/' ? '' : first.parent}/.${baseOf(first.at)}.tocsin-swap`;
}

async function writeDown(at: Raw, { next, aside }: Names): Promise<void> {
  const file = await open(pathOf(at), 'w', 0o600);
  try {
    await file.writeFile(`${next}\n${aside}\nend\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await synced(parentOf(at) || '/');
}

async function synced(folder: Raw): Promise<void> {
  const opened = await open(pathOf(folder), 'r');
  await opened.sync().finally(() => opened.close());
}
