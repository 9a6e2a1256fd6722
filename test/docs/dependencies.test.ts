import { describe, expect, it } from 'vitest';
import { packageHomes } from '../tidy/layers.ts';
import { textOf } from '../tidy/tree.ts';

type Manifest = {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
type Locked = { resolved?: string; license?: string; hasInstallScript?: boolean };
type Lockfile = { packages: Record<string, Locked> };

const manifest: Manifest = JSON.parse(textOf('package.json'));
const lockfile: Lockfile = JSON.parse(textOf('package-lock.json'));
const declared = {
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
};

/** Rows of the tables: `| name | version | licence | why not ourselves | health |`. */
const documented = textOf('docs/dependencies.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  .map(([, name = '', version = '', licence = '', why = '', health = '']) => {
    return { name, version, licence, why, health };
  });

describe('docs/dependencies.md', () => {
  it('has one line for each dependency, with the version in package.json, and no other', () => {
    const rows = Object.fromEntries(documented.map(({ name, version }) => [name, version]));
    expect(rows).toEqual(declared);
    expect(documented.length).toBe(Object.keys(declared).length);
  });

  it('gives the licence that the package gives', () => {
    const wrong = documented.filter(
      ({ name, licence }) => lockfile.packages[`node_modules/${name}`]?.license !== licence,
    );
    expect(wrong).toEqual([]);
  });

  it('says why we did not write it, and how it is kept alive', () => {
    const silent = documented.filter(({ why, health }) => why.length < 15 || health.length < 10);
    expect(silent).toEqual([]);
  });
});

describe('the dependencies', () => {
  it('are pinned exactly', () => {
    const loose = Object.entries(declared).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('run no script when they are installed, nor do those they bring', () => {
    const scripted = Object.entries(lockfile.packages).filter(([, one]) => one.hasInstallScript);
    expect(scripted).toEqual([]);
  });

  it('have a folder that alone may import them', () => {
    expect(Object.keys(packageHomes).toSorted()).toEqual(
      Object.keys(manifest.dependencies).toSorted(),
    );
  });

  it('come from the default registry: no address stands in the lockfile', () => {
    const elsewhere = Object.entries(lockfile.packages).filter(
      ([, { resolved }]) => resolved && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere).toEqual([]);
  });
});
