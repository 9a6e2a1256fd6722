import { accessSync, constants } from 'node:fs';
import { ProblemError, problem } from '../../../core/problem.ts';
import { outputOf } from './child.ts';

/** Where Debian, Red Hat and others put each version: https://wiki.postgresql.org/wiki/Apt */
const homes = (major: number) => [
  `/usr/lib/postgresql/${major}/bin`,
  `/usr/pgsql-${major}/bin`,
  `/usr/local/pgsql-${major}/bin`,
];
const path = ['/usr/local/bin', '/usr/bin', '/usr/local/pgsql/bin'];
const newest = 30;

export interface Program {
  readonly path: string;
  /** `pg_dump 15.20`. */
  readonly says: string;
}

/**
 * A program of PostgreSQL that is no older than the server: the same version where it is installed, else the next newer
 * one. `pg_dump` refuses servers that are newer than itself: https://www.postgresql.org/docs/current/app-pgdump.html
 */
export async function programFor(
  name: string,
  major: number,
  folder: string | undefined,
): Promise<Program> {
  const newer = Array.from({ length: newest - major + 1 }, (_, index) => homes(major + index));
  const folders = folder === undefined ? [...newer.flat(), ...path] : [folder];
  const found = folders.map((each) => `${each}/${name}`).find(isThere);
  const version = `version ${major} or newer`;
  if (found === undefined) {
    const why = `none of ${version} is in ${folder ?? 'the usual folders'}`;
    throw new ProblemError(problem('BACKUP_PROGRAM_MISSING', { program: name, why }));
  }
  const text = await outputOf({
    program: found,
    args: ['--version'],
    signal: AbortSignal.timeout(10_000),
  });
  const [, number = '', of = '0'] = /((\d+)[.\d\w]*)/.exec(text) ?? [];
  if (Number(of) < major) {
    const why = `${found} is ${number}, and the server needs ${version}`;
    throw new ProblemError(problem('BACKUP_PROGRAM_MISSING', { program: name, why }));
  }
  return { path: found, says: `${name} ${number}` };
}

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
