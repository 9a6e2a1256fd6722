import { accessSync, constants, globSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Server, type ServerName, serverNamed } from './servers.ts';

/** The path of a real server's binary, for suites that start it. Throws a sentence when the machine has none. */
export function commandOf(name: ServerName): string {
  const server = serverNamed(name);
  const found = findCommand(server);
  if (found) return found;
  throw new Error(
    `${server.title} is not on this machine: run the tests with \`npm test\`, which installs it, or install ${server.packages.join(' ')}.`,
  );
}

/** Looks in PATH first, then where Debian keeps versioned servers; the highest version wins. */
export function findCommand(
  server: Pick<Server, 'commands' | 'directories'>,
  path = process.env['PATH'] ?? '',
): string | undefined {
  const fromPath = path.split(delimiter).filter(Boolean);
  const versioned = (server.directories ?? []).flatMap((pattern) =>
    globSync(pattern).toSorted(byVersion).toReversed(),
  );
  for (const directory of [...fromPath, ...versioned]) {
    for (const command of server.commands) {
      const file = join(directory, command);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
