import type { BackupWanted, Copied } from '../../../core/ports/backup.ts';
import type { Programs } from '../../../core/ports/programs.ts';
import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import { createCopies } from './copies.ts';
import type { Reach } from './kind.ts';
import type { DumpPlace } from './place.ts';
import { openSession } from './question.ts';
import { restorerAt } from './restorer.ts';

/** The servers of one target, as dumps use them. */
export interface DumpTarget {
  /** The name under `targets:`. */
  readonly target: string;
  /** Those of which one may be the primary, asked anew each time. */
  servers(): Promise<readonly { readonly host: string; readonly port: number }[]>;
  /** Where a backup names no other. */
  readonly database: string;
  readonly login: { readonly user: string; readonly password?: string };
  readonly tls?: string | true;
  readonly timeoutMs: number;
  /** Another one, on which dumps are tried. */
  readonly scratch?: DumpTarget;
  /** Folder of the programs of PostgreSQL; the usual ones when absent. */
  readonly folder?: string;
}

/** Copies are made of the primary: a replica may cancel a dump that stands in the way of what it replays. */
export function copiesOf(
  config: DumpTarget,
  programs: Programs,
): Required<Pick<Copied, 'backup' | 'restorer'>> {
  const reach = reachOf(config, programs);
  return { backup: createCopies(reach), restorer: restorerAt(reach) };
}

function reachOf(config: DumpTarget, programs: Programs): Reach {
  return {
    target: config.target,
    place: (wanted) => primaryOf(config, wanted),
    ...(config.scratch && { scratch: reachOf(config.scratch, programs) }),
    programs,
    login: config.login.user,
    database: config.database,
    ...(config.folder === undefined ? {} : { folder: config.folder }),
  };
}

async function primaryOf(
  { target, servers, database, login, tls, timeoutMs }: DumpTarget,
  { locator }: BackupWanted,
): Promise<DumpPlace> {
  let silent: Problem | undefined;
  const { user: username, password } = login;
  for (const address of await servers()) {
    const place: DumpPlace = {
      ...address,
      username,
      ...(password !== undefined && { password }),
      database: String(locator['database'] ?? database),
      timeoutMs,
      ...(tls === undefined ? {} : { tls }),
    };
    try {
      // Asked where nobody renames anything.
      if (await isPrimary({ ...place, database })) return place;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      silent ??= error.problem;
    }
  }
  throw new ProblemError(silent ?? problem('POSTGRES_BACKUP_NO_PRIMARY', { target }));
}

async function isPrimary(place: DumpPlace): Promise<boolean> {
  const session = await openSession(place);
  try {
    const [row] = await session.ask('SELECT pg_is_in_recovery() AS follows');
    return row?.['follows'] === false;
  } finally {
    await session.end();
  }
}
