import { accessSync, constants } from 'node:fs';
import { delimiter } from 'node:path';
import { MongoClient } from 'mongodb';
import { describe, onTestFinished } from 'vitest';
import { tellBackupStory } from '../../integrations/mongodb/backup-story.ts';

/*
 * Against a replica set of the machine's own, TOCSIN_TEST_MONGODB_URL as in failover.test.ts, with mongodump and mongorestore in PATH. It drops
 * and fills databases called tocsin_…. Debian has neither, so it is skipped elsewhere; the workflow of the repository brings both.
 */

const url = process.env['TOCSIN_TEST_MONGODB_URL'];
const programs = (process.env['PATH'] ?? '')
  .split(delimiter)
  .find((folder) => ['mongodump', 'mongorestore'].every((name) => isThere(`${folder}/${name}`)));

describe.skipIf(url === undefined || programs === undefined)(
  'a MongoDB replica set (TOCSIN_TEST_MONGODB_URL, and the tools in PATH)',
  () => {
    tellBackupStory(async () => {
      const client = new MongoClient(String(url), { writeConcern: { w: 'majority' } });
      onTestFinished(() => client.close());
      const { setName, hosts } = await client.db('admin').command({ hello: 1 });
      if (!Array.isArray(hosts)) throw new Error('this is no replica set');
      const members = hosts.map((name) => {
        const [host = '', port = ''] = String(name).split(':');
        return { host, port: Number(port) };
      });
      return {
        config: {
          ...{ target: 'real', set: String(setName), members, authSource: 'admin' },
          ...{ timeoutMs: 5_000, programs: String(programs) },
        },
        async count(database, collection) {
          const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
          if (!databases.some(({ name }) => name === database)) return undefined;
          return client.db(database).collection(collection).countDocuments();
        },
        async hold(documents) {
          const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
          for (const { name } of databases) {
            if (name.startsWith('tocsin_')) await client.db(name).dropDatabase();
          }
          for (const [database, collections] of Object.entries(documents)) {
            for (const [name, count] of Object.entries(collections)) {
              const collection = await client.db(database).createCollection<{ _id: number }>(name);
              const all = Array.from({ length: count }, (_, n) => ({
                _id: n,
                text: `number ${n}`,
              }));
              if (all.length > 0) await collection.insertMany(all);
            }
          }
        },
      };
    });
  },
);

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
