import { sayBytes } from '../../../core/backup/estimate.ts';
import type { BackupWanted, Restorer } from '../../../core/ports/backup.ts';
import type { Programs } from '../../../core/ports/programs.ts';
import { arrayOf, numberOf, textOf } from '../reply.ts';
import { type Reach, trouble } from '../topology.ts';
import { dropDatabase, onPrimary, restoredAs } from './rehearsal.ts';

/**
 * One database beside the one in use. MongoDB has no renaming of databases; renaming each collection into another one copies it:
 * https://www.mongodb.com/docs/manual/reference/command/renameCollection/
 */
export function createRestorer(reach: Reach & { readonly programs: Programs }): Restorer {
  const { config, programs } = reach;
  const databaseIn = ({ locator }: BackupWanted): string => {
    const { database } = locator;
    if (database === undefined) throw trouble('MONGODB_WHOLE_COPY', { target: config.target });
    return String(database);
  };
  return {
    nameOf: async (wanted) => databaseIn(wanted),
    async place(wanted, { mark, content, bytes }) {
      const database = databaseIn(wanted);
      const isOther = Object.keys(content.counts).some((name) => !name.startsWith(`${database}.`));
      if (isOther) throw trouble('MONGODB_WHOLE_COPY', { target: config.target });
      await checkRoom(reach, database, bytes);
      return {
        // 63 bytes are what a name may have.
        next: `${database.slice(0, 40)}_restored_${mark}`,
        aside: '',
        identity: '',
        interrupts: 'nobody: nothing in use is touched',
        needs: `about ${sayBytes(bytes)} more on each member of ${config.set}, less where it compresses`,
      };
    },
    async identities(_, names) {
      const listed = await onPrimary(reach, (member) =>
        member.command({ listDatabases: 1, nameOnly: true }),
      );
      const there = new Set(arrayOf(listed, 'databases').map((each) => textOf(each, 'name')));
      return new Map(names.filter((name) => there.has(name)).map((name) => [name, name]));
    },
    async into({ bytes }, { name, ...wanted }, signal) {
      const from = databaseIn(wanted);
      await droppedIn(reach, name, from);
      return restoredAs({ reach, programs, from, to: name }, bytes, signal);
    },
    drop: async (wanted, name) => droppedIn(reach, name, databaseIn(wanted)),
  };
}

async function droppedIn(reach: Reach, name: string, database: string): Promise<void> {
  const start = `${database.slice(0, 40)}_restored_`;
  if (!name.startsWith(start)) throw new TypeError(`${name} is nothing that a restore made`);
  await dropDatabase(reach, name);
}

/** https://www.mongodb.com/docs/manual/reference/command/dbStats/ says how full the disk is; some say nothing. */
async function checkRoom(reach: Reach, database: string, bytes: number): Promise<void> {
  const stats = await onPrimary(reach, (member) => member.command({ dbStats: 1 }, database));
  const total = numberOf(stats, 'fsTotalSize');
  const free = total - numberOf(stats, 'fsUsedSize');
  if (total === 0 || free >= bytes) return;
  const facts = { free: sayBytes(free), needed: sayBytes(bytes) };
  throw trouble('MONGODB_NO_ROOM', { member: `the primary of ${reach.config.set}`, ...facts });
}
