import { cpSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vitest/config';
import type { TestProject } from 'vitest/node';
import { build } from '../../build.ts';
import { root, textOf } from '../tidy/tree.ts';
import { type Doors, doorOf, doorsOf, pathOf } from './doors.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the bundle as it is shipped. */
    readonly shipped: string;
  }
}

/** The suites that run once more, against the bundle; all that have a contract in a full run. */
export const bundleSuites = process.env['TOCSIN_FULL']
  ? ['test/contracts', 'test/scenarios']
  : ['test/contracts/journal.test.ts', 'test/contracts/steps.test.ts'];

// Far from any node_modules folder, so that a bundle which still needs one fails.
const folder = join(tmpdir(), `tocsin-bundle-${process.pid}`);
const withDoors = join(folder, 'doors');

/** Built once for all suites of a run: as it is shipped, and again with a door for each module that suites import. */
export async function setup(project: TestProject): Promise<() => void> {
  const shipped = join(folder, 'shipped');
  await assemble(shipped);
  await assemble(withDoors, doorsOf(bundleSuites));
  project.provide('shipped', shipped);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Where a suite imports a module of the program, it gets the bundle's. A module without a door is refused. */
export function throughDoors(): Plugin {
  const doors = doorsOf(bundleSuites);
  return {
    name: 'through-doors',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!source.startsWith('.') || importer === undefined) return null;
      const path = pathOf(resolve(importer, '..', source));
      if (!path.startsWith('src/')) return null;
      const door = doorOf(path);
      if (!(door in doors)) throw new Error(`${path} has no door in the bundle`);
      return { id: join(withDoors, 'dist', `${door}.js`), external: true };
    },
  };
}

/** A folder as the package has it: the bundle, and the files beside it. */
async function assemble(out: string, doors: Doors = {}): Promise<void> {
  await build({ root, out: join(out, 'dist'), doors });
  const manifest: { readonly files: readonly string[] } = JSON.parse(textOf('package.json'));
  const beside = ['package.json', ...manifest.files].filter((path) => path !== 'dist');
  for (const path of beside) cpSync(join(root, path), join(out, path), { recursive: true });
}
