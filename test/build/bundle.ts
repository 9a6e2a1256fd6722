import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vitest/config';
import type { TestProject } from 'vitest/node';
import { assemble } from '../../build.ts';
import { root } from '../tidy/tree.ts';
import { doorOf, doorsOf, pathOf } from './doors.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the package as it is published. */
    readonly shipped: string;
  }
}

/** The suites that run once more, against the bundle; in a full run every contract and the scenarios of one process. */
export const bundleSuites =
  process.env['TOCSIN_FULL'] === '1'
    ? ['test/contracts', 'test/scenarios']
    : ['test/contracts/journal.test.ts', 'test/contracts/steps.test.ts'];

// Far from any node_modules folder, so that a bundle which still needs one fails.
const folder = join(tmpdir(), `tocsin-bundle-${process.pid}`);
const withDoors = join(folder, 'doors');

/** Built once for all suites of a run: as it is shipped, and again with a door for each module that suites import. */
export async function setup(project: TestProject): Promise<() => void> {
  const shipped = join(folder, 'shipped');
  await assemble({ root, out: shipped });
  await assemble({ root, out: withDoors, doors: doorsOf(bundleSuites) });
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
