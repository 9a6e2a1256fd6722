import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const home = join(import.meta.dirname, '../doubles');
const command = 'npm ci --ignore-scripts';

/** Installs other people's doubles of the chat platforms when they are not there as the lockfile says. Offline it only says so. */
export function bringDoubles(): void {
  if (areInstalled(lockIn('package-lock.json'), lockIn('node_modules/.package-lock.json'))) return;
  console.log(`In test/doubles: ${command}`);
  const [program = '', ...args] = command.split(' ');
  const { status } = spawnSync(program, args, { cwd: home, stdio: 'inherit' });
  if (status !== 0) console.log('The doubles were not installed; see the lines above.');
}

/** The exports of one file of a double. Throws a sentence when it is not installed. */
export async function loadDouble(file: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(home, 'node_modules', file);
  if (existsSync(path)) return import(pathToFileURL(path).href);
  throw new Error(
    `${file} is not installed: \`npm test\` installs the doubles when it can reach the package registry. Next: \`cd test/doubles && ${command}\`.`,
  );
}

export interface Lock {
  readonly packages?: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  /** Only for some machines: npm leaves it out where it does not fit. */
  readonly optional?: boolean;
}

/** What npm wrote down when it installed against what the lockfile asks for. */
export function areInstalled(wanted: Lock, installed: Lock): boolean {
  const have = installed.packages;
  if (!have) return false;
  return Object.entries(wanted.packages ?? {}).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const found = have[path];
    return found ? found.version === version : optional === true;
  });
}

function lockIn(file: string): Lock {
  const path = join(home, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}
