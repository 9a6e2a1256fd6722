import { sayBytes } from '../../core/backup/estimate.ts';
import type { Restorer } from '../../core/ports/backup.ts';
import { decompressed } from './archive/compression.ts';
import { type Raw, said } from './name.ts';
import {
  beside,
  checkPlaces,
  identityAt,
  isOurs,
  namesFor,
  type Place,
  placesOf,
} from './places.ts';
import type { FilesConfig } from './schema.ts';
import { clear, lookBack } from './scratch.ts';
import { changeNames, changingAt, identityOf, takeBack } from './swap.ts';
import { rootsOf } from './tree.ts';
import { faultOf, trouble } from './trouble.ts';
import { unpack } from './unpack.ts';

/** What was backed up, unpacked beside what is in use, which keeps lying there under another name. */
export function createRestorer(config: FilesConfig): Restorer {
  const { target } = config;
  async function dropped(name: string, places: readonly Place[]): Promise<void> {
    if (!isOurs(config, name)) throw new TypeError(`${name} is nothing that a restore made`);
    const changing = await changingAt(places, config);
    if (changing?.next === name) await takeBack(changing, places, config);
    for (const place of places) await clear(beside(place, config, name));
  }
  return {
    nameOf: async () => target,
    async place(_, { mark, content }) {
      await rootsOf(config);
      const places = await placesOf(config);
      const trees = content.trees ?? {};
      checkSame(places, Object.keys(trees), target);
      const bytesOf = ({ at }: Place) => trees[said(at)]?.bytes ?? 0;
      await checkPlaces(places, bytesOf);
      const names = namesFor(config, mark);
      // What the system takes no name for is found out now.
      for (const place of places) await identityAt(beside(place, config, names.next));
      const bytes = places.reduce((sum, place) => sum + bytesOf(place), 0);
      const kept = places.map((place) => said(beside(place, config, names.aside))).join(', ');
      const owners =
        process.geteuid?.() === 0
          ? 'owners and rights as they were'
          : 'owners become the user of Tocsin, which is not root';
      return {
        ...names,
        identity: (await identityOf(target, places, { config, changing: undefined })) ?? '',
        interrupts: `nobody: who has a file open keeps the old one, in ${kept}`,
        needs: `${sayBytes(bytes)} more beside ${places.map(({ path }) => path).join(', ')}; ${owners}`,
      };
    },
    async identities(_, names) {
      const places = await placesOf(config);
      const changing = await changingAt(places, config);
      const found = new Map<string, string>();
      for (const name of names) {
        const identity = await identityOf(name, places, { config, changing });
        if (identity !== undefined) found.set(name, identity);
      }
      return found;
    },
    async into({ bytes }, { name }, signal) {
      const places = await placesOf(config);
      const reached = new Map<string, Raw>();
      try {
        await dropped(name, places);
        await unpack(decompressed(bytes), {
          placeOf(root) {
            const place = places.find(({ at }) => at === `/${root}`);
            if (!place) throw otherPaths(target, said(`/${root}`));
            const at = beside(place, config, name);
            reached.set(said(place.at), at);
            return at;
          },
          purpose: 'use',
          signal,
        });
        return await lookBack(reached, signal);
      } catch (error) {
        const why = faultOf(error);
        if (why === undefined || why === 'ABORT_ERR') throw error;
        throw trouble('FILES_CANNOT_WRITE', { path: config.paths.join(', '), why }, error);
      }
    },
    async swap(_, names, identity) {
      const places = await placesOf(config);
      const changing = await changingAt(places, config);
      if (changing && changing.next !== names.next) await takeBack(changing, places, config);
      const view = { config, changing: changing?.next === names.next ? changing : undefined };
      const [current, aside] = [
        await identityOf(names.current, places, view),
        await identityOf(names.aside, places, view),
      ];
      const restored = (await identityOf(names.next, places, view))?.split(',') ?? [];
      const isAsPlanned = current === identity && aside === undefined;
      if (!isAsPlanned || restored.length !== places.length) return 'moved';
      await changeNames(names, places, config);
      return 'swapped';
    },
    drop: async (_, name) => dropped(name, await placesOf(config)),
  };
}

/** What was backed up elsewhere is not put here. */
function checkSame(places: readonly Place[], held: readonly string[], target: string): void {
  const here = places.map(({ at }) => said(at));
  const missing = here.find((path) => !held.includes(path));
  const foreign = held.find((path) => !here.includes(path));
  const other = foreign ?? missing;
  if (other !== undefined) throw otherPaths(target, other);
}

function otherPaths(target: string, path: string) {
  return trouble('FILES_OTHER_PATHS', { target, path });
}
