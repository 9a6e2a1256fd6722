import { hostname, release, type } from 'node:os';
import type { Backup, Restorer, Survey } from '../../core/ports/backup.ts';
import type { Finding, OperatedTarget } from '../../core/ports/target.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { decompressed } from './archive/compression.ts';
import { said } from './name.ts';
import { createNotes } from './notes.ts';
import { packed } from './pack.ts';
import { createRestorer } from './restorer.ts';
import type { FilesConfig } from './schema.ts';
import { lookBack, scratchRoom, withFolder } from './scratch.ts';
import { measured, rootsOf } from './tree.ts';
import { readThrough, unpack } from './unpack.ts';

export { problems } from './problems.ts';
export type { FilesConfig } from './schema.ts';

export interface Integration extends OperatedTarget {
  readonly backup: Backup;
  readonly restorer: Restorer;
}

/** Files and folders of the machine where Tocsin runs. */
export function connect(config: FilesConfig): Integration {
  let isThere = true;
  return {
    planner: {
      draft: async ({ verb }) => ({ ok: false, problem: problem('FILES_UNKNOWN_VERB', { verb }) }),
    },
    backup: createArchives(config),
    restorer: createRestorer(config),
    health: () => (isThere ? 'ok' : 'down'),
    async doctor(): Promise<readonly Finding[]> {
      const facts = { files: config.target, paths: config.paths.join(', ') };
      try {
        await rootsOf(config);
        isThere = true;
        return [{ check: 'paths', facts }];
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        isThere = false;
        return [{ check: 'paths', facts, problem: error.problem }];
      }
    },
    openWriter: () => ({ steps: {}, close() {} }),
    close() {},
  };
}

/** A tar of the paths, compressed with zstd: what every machine can unpack without us. */
export function createArchives(config: FilesConfig): Backup {
  return {
    async survey() {
      try {
        const bytes = await measured(await rootsOf(config), config, createNotes());
        const value: Survey = {
          place: `${config.paths.join(', ')} on ${hostname()}`,
          server: `${type()} ${release()}`,
          program: 'Tocsin itself',
          encoding: 'tar, zstd',
          extension: 'tar.zst',
          bytesAtMost: bytes,
        };
        return { ok: true, value };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    open: async (_, signal) => packed(await rootsOf(config), config, signal),
    read: ({ bytes }, signal) => readThrough(decompressed(bytes), signal),
    scratch: scratchRoom,
    rehearse: ({ bytes }, _, signal) =>
      withFolder(async (folder) => {
        const places = new Map<string, string>();
        const placeOf = (root: string) => {
          const at = `${folder}/${places.size}`;
          places.set(said(`/${root}`), at);
          return at;
        };
        await unpack(decompressed(bytes), { placeOf, purpose: 'looking', signal });
        return lookBack(places, signal);
      }),
  };
}
