import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { importsOf, targetOf } from '../tidy/imports.ts';
import { sourceFile } from '../tidy/source.ts';
import { root } from '../tidy/tree.ts';

/** The modules of the program that tests take hold of, each by the name of its door in the bundle. */
export type Doors = Readonly<Record<string, string>>;

/** What the suites of some folders import from src/, themselves and through the files that they share. */
export function doorsOf(suites: readonly string[]): Doors {
  const seen = new Set<string>();
  const waiting = suites.flatMap(suitesIn);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || !path.endsWith('.ts') || !existsSync(join(root, path))) continue;
    seen.add(path);
    if (!path.startsWith('src/')) waiting.push(...importedBy(path));
  }
  const sources = [...seen].filter((path) => path.startsWith('src/')).toSorted();
  return Object.fromEntries(sources.map((path) => [doorOf(path), join(root, path)]));
}

/** `src/journal/index.ts` is `door-journal-index`. */
export function doorOf(path: string): string {
  return path
    .replace(/^src\//, 'door-')
    .replace(/\.ts$/, '')
    .replaceAll('/', '-');
}

/** From the repository's root, with forward slashes. */
export function pathOf(file: string): string {
  return relative(root, file).split(sep).join('/');
}

function suitesIn(folder: string): string[] {
  if (folder.endsWith('.ts')) return [folder];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`);
}

function importedBy(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  // What is imported as a type is no module when the program runs.
  const withoutTypes = text.replace(/^(?:import|export) type [^;]*;/gm, '');
  return importsOf(sourceFile(path, withoutTypes)).flatMap(({ specifier }) => {
    if (specifier === undefined) return [];
    const target = targetOf(path, specifier);
    return target.kind === 'file' ? [target.path] : [];
  });
}
