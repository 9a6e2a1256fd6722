import type { Exception } from './exceptions.ts';

/** Licences that ask for no more than a notice; MPL 2.0 asks for changes to its own files, of which there are none. */
export const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'PSF-2.0',
  'Unlicense',
]);

export interface Installed {
  readonly path: string;
  readonly name: string;
  readonly licence: unknown;
}

export interface Lock {
  readonly packages: Readonly<Record<string, { readonly license?: unknown }>>;
}

/**
 * Every package of the lockfile with the licence that it says itself; for one that this platform does not install, what the
 * lockfile says. `read` answers a package's own file, or nothing.
 */
export function installed(
  { packages }: Lock,
  read: (path: string) => { readonly license?: unknown; readonly licenses?: unknown } | undefined,
): readonly Installed[] {
  return Object.entries(packages).flatMap(([path, locked]) => {
    if (path === '') return [];
    const own = read(path);
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return [{ path, name, licence: own ? (own.license ?? own.licenses) : locked.license }];
  });
}

/** `name: licence` of what no rule allows, and of exceptions that are over or needed no longer. */
export function forbidden(
  all: readonly Installed[],
  exceptions: readonly Exception[],
  today: string,
): readonly string[] {
  const bad = all.filter(({ licence }) => !isAllowed(licence));
  const standing = new Set(exceptions.filter(({ until }) => today < until).map(({ of }) => of));
  const unneeded = exceptions.filter(({ of }) => !bad.some(({ name }) => name === of));
  return [
    ...bad
      .filter(({ name }) => !standing.has(name))
      .map(({ name, licence }) => `${name}: ${String(licence)}`),
    ...unneeded.map(({ of }) => `${of}: the exception is needed no longer`),
  ];
}

/** `(MIT OR GPL-3.0)`: one of them is enough. `MIT AND Zlib`: all are needed. */
function isAllowed(licence: unknown): boolean {
  if (typeof licence !== 'string') return false;
  const bare = licence.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(bare)) return false;
  return bare.split(' OR ').some((one) => one.split(' AND ').every((part) => allowed.has(part)));
}
