import { sayBytes } from '../../../core/backup/estimate.ts';
import type { Restorer } from '../../../core/ports/backup.ts';
import { kindsOf } from './copies.ts';
import { inPlaceAt } from './in-place.ts';
import type { Reach } from './kind.ts';
import { momentsAt } from './moments.ts';
import { contentAt } from './restore.ts';
import { createEmpty, databasesAt, dropDatabase, swapDatabases } from './swap.ts';

/** Databases of the primary, by their names. */
export function restorerAt(reach: Reach): Restorer {
  const kinds = kindsOf(reach);
  return {
    nameOf: async (wanted) => (await reach.place(wanted)).database,
    async place(wanted, { mark, bytes }) {
      const place = await reach.place(wanted);
      const current = place.database;
      const known = await databasesAt(place, [current]);
      return {
        next: `tocsin_restored_${mark}`,
        // 63 bytes are what a name may have.
        aside: `${current.slice(0, 40)}_before_${mark}`,
        identity: known.get(current) ?? '',
        interrupts: `every connection to ${current}, for seconds, when the names change`,
        needs: `about ${sayBytes(bytes)} more on the disk of the server`,
      };
    },
    identities: async (wanted, names) => databasesAt(await reach.place(wanted), names),
    async into(copy, { name, ...wanted }, signal) {
      const place = await reach.place(wanted);
      await createEmpty(place, name);
      const beside = { ...place, database: name };
      await kinds.of(copy).restore(copy, { place: beside, from: place.database }, signal);
      return contentAt(beside, wanted.query);
    },
    swap: async (wanted, names, identity) =>
      swapDatabases(await reach.place(wanted), names, identity),
    drop: async (wanted, name) => dropDatabase(await reach.place(wanted), name),
    inPlace: inPlaceAt(reach),
    moments: momentsAt(reach),
  };
}
