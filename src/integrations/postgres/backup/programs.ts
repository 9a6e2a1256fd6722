import type { Programs } from '../../../core/ports/programs.ts';
import { ProblemError, problem } from '../../../core/problem.ts';

/** Where Debian, Red Hat and others put each version: https://wiki.postgresql.org/wiki/Apt */
const homes = (major: number) => [
  `/usr/lib/postgresql/${major}/bin`,
  `/usr/pgsql-${major}/bin`,
  `/usr/local/pgsql-${major}/bin`,
];
const path = ['/usr/local/bin', '/usr/bin', '/usr/local/pgsql/bin'];
const newest = 30;

/** The programs of PostgreSQL, and who runs them. */
export interface Tools {
  readonly programs: Programs;
  /** Where they are; in the usual folders when absent. */
  readonly folder?: string;
}

export interface Tool {
  readonly path: string;
  /** `pg_dump 15.20`. */
  readonly says: string;
}

/**
 * A program of PostgreSQL that is no older than the server: the same version where it is installed, else the next newer
 * one. `pg_dump` refuses servers that are newer than itself: https://www.postgresql.org/docs/current/app-pgdump.html
 * The files of a server are read by its own version alone: then `isExact`.
 */
export async function programFor(
  { programs, folder }: Tools,
  name: string,
  major: number,
  { isExact = false }: { readonly isExact?: boolean } = {},
): Promise<Tool> {
  const newer = Array.from({ length: isExact ? 1 : newest - major + 1 }, (_, index) =>
    homes(major + index),
  );
  const found = await programs.find(
    name,
    folder === undefined ? [...newer.flat(), ...path] : [folder],
  );
  const version = `version ${major}${isExact ? '' : ' or newer'}`;
  if (!found) {
    const why = `none of ${version} is in ${folder ?? 'the usual folders'}`;
    throw new ProblemError(problem('BACKUP_PROGRAM_MISSING', { program: name, why }));
  }
  const has = Number.parseInt(found.version, 10);
  if (isExact ? has === major : has >= major) {
    return { path: found.path, says: `${name} ${found.version}` };
  }
  const why = `${found.path} is ${found.version}, and the server needs ${version}`;
  throw new ProblemError(problem('BACKUP_PROGRAM_MISSING', { program: name, why }));
}
