import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

const notOurs = new Set(['dist', 'package', 'coverage', 'data', '.git']);

/** Every file of the repository, as paths from its root. */
export function filesOf(folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.name === 'node_modules' || (notOurs.has(entry.name) && !folder)) return [];
    return entry.isDirectory() ? filesOf(path) : [path];
  });
}

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
