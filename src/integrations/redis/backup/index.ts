import type { Backup } from '../../../core/ports/backup.ts';
import type { Programs } from '../../../core/ports/programs.ts';
import { ProblemError } from '../../../core/problem.ts';
import { createConnections } from '../connection.ts';
import type { RedisConfig } from '../schema.ts';
import { createClusterSnapshots } from './cluster-copy.ts';
import { keysIn } from './keyspace.ts';
import { copiedFrom } from './place.ts';
import { programOf, serverFor } from './programs.ts';
import { checked, kept, scratchRoom, whileLoaded, withFolder } from './scratch.ts';
import { openStream, versionAt } from './stream.ts';

/** Copies of a Redis as RDB: of the one that leads or who follows it, and of each master of a cluster. */
export function createSnapshots(config: RedisConfig, programs: Programs): Backup {
  if (config.kind === 'cluster')
    return createClusterSnapshots({ ...config, kind: 'cluster' }, programs);
  const asking = createConnections(config, { forChanges: false });
  return {
    async survey() {
      try {
        const { address, name, memoryBytes, role } = await copiedFrom(config, asking);
        const program = await programOf(programs, 'redis-cli');
        return {
          ok: true,
          value: {
            place: `${role === 'master' ? 'master' : 'replica'} ${name}`,
            server: await versionAt(asking, address),
            program: program.says,
            encoding: 'RDB',
            extension: 'rdb',
            bytesAtMost: memoryBytes,
          },
        };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async open(_, signal) {
      const { address } = await copiedFrom(config, asking);
      return openStream({ config, programs }, address, signal);
    },
    read: (copy, signal) =>
      withFolder(programs, async (folder) => {
        const server = await serverFor(programs, copy.server);
        await checked(programs, { server, file: await kept(copy.bytes, folder, signal) }, signal);
      }),
    scratch: scratchRoom,
    rehearse: (copy, _, signal) =>
      withFolder(programs, async (folder) => {
        const server = await serverFor(programs, copy.server);
        await kept(copy.bytes, folder, signal);
        return whileLoaded(programs, { folder, server: server.path, signal }, async ({ info }) => ({
          counts: keysIn(info),
          uncounted: 0,
        }));
      }),
  };
}
