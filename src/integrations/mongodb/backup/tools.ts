import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import type { Programs } from '../../../core/ports/programs.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { type Address, type MongodbConfig, said } from '../schema.ts';

const folders = ['/usr/local/bin', '/usr/bin', '/opt/mongodb-database-tools/bin'];
const prefix = 'tocsin-mongodb-';
/** The first that reads a password from a file: https://www.mongodb.com/docs/database-tools/mongodump/#std-option-mongodump.--config */
const versionMin = [100, 3] as const;

export interface Tool {
  readonly path: string;
  /** `mongodump 100.13.0`. */
  readonly says: string;
}

/** Rejects with BACKUP_PROGRAM_MISSING. */
export async function toolOf(
  programs: Programs,
  name: 'mongodump' | 'mongorestore',
  { programs: folder }: Pick<MongodbConfig, 'programs'>,
): Promise<Tool> {
  const found = await programs.find(name, folder === undefined ? folders : [folder]);
  if (!found) {
    throw missing(
      name,
      'it is in none of the usual folders; it comes with the MongoDB Database Tools',
    );
  }
  const [major = 0, minor = 0] = found.version.split('.').map(Number);
  const isNew = major > versionMin[0] || (major === versionMin[0] && minor >= versionMin[1]);
  if (!isNew) {
    const why = `${found.path} is ${found.version} and takes a password only where others can read it; 100.3.0 or newer does not`;
    throw missing(name, why);
  }
  return { path: found.path, says: `${name} ${found.version}` };
}

/**
 * Runs a task with the argument by which a tool reaches servers. Where they are and the password stand in a file that we alone can
 * read: arguments can be read by every user of the machine.
 */
export async function withLogin<T>(
  config: MongodbConfig,
  { members, options }: { readonly members: readonly Address[]; readonly options: Options },
  task: (argument: string) => Promise<T>,
): Promise<T> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  try {
    const { username, password, authSource, tls, timeoutMs } = config;
    const query = new URLSearchParams({
      ...options,
      appName: 'tocsin-backup',
      connectTimeoutMS: String(timeoutMs),
      serverSelectionTimeoutMS: String(Math.max(timeoutMs, 10_000)),
      ...(username === undefined ? {} : { authSource }),
    });
    if (tls !== undefined) {
      const authority = join(folder, 'ca.pem');
      const text = tls === true ? getCACertificates('system').join('\n') : tls;
      await writeFile(authority, text, { mode: 0o600 });
      query.set('tls', 'true');
      query.set('tlsCAFile', authority);
    }
    const user = username === undefined ? '' : `${encodeURIComponent(username)}@`;
    const uri = `mongodb://${user}${members.map(said).join(',')}/?${query}`;
    // Text in quotes is YAML as well as JSON.
    const lines = [
      `uri: ${JSON.stringify(uri)}`,
      ...(password === undefined ? [] : [`password: ${JSON.stringify(password)}`]),
    ];
    const file = join(folder, 'login.yaml');
    await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    return await task(`--config=${file}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type Options = Readonly<Record<string, string>>;

/** What a process that died left behind: there is a password in it. */
async function sweep(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split('-', 1)[0]);
    if (!isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function missing(program: string, why: string): ProblemError {
  return new ProblemError(problem('BACKUP_PROGRAM_MISSING', { program, why }));
}
