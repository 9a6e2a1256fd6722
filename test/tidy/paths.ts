import { posix } from 'node:path';

export type Mention = { readonly line: number; readonly path: string };

const topFolders =
  /^(?:src|test|bench|bin|docs|runbooks|examples|deploy|\.ci|\.github)(?:\/[\w.@*{},-]+)*\/?$/;

/** What a document names as a part of this repository: code spans that look like its paths, and relative links. */
export function pathsIn(document: string, text: string): readonly Mention[] {
  const withoutBlocks = text.replaceAll(/^```[\s\S]*?^```/gm, (block) =>
    block.replaceAll(/[^\n]/g, ''),
  );
  const spans = [...withoutBlocks.matchAll(/`([^`\n]+)`/g)]
    .filter((match) => topFolders.test(match[1] ?? ''))
    .map((match) => ({ match, path: match[1] ?? '' }));
  const links = [...withoutBlocks.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .filter((match) => !/^[a-z]+:/.test(match[1] ?? ''))
    .map((match) => ({ match, path: posix.join(posix.dirname(document), match[1] ?? '') }));
  return [...spans, ...links].map(({ match, path }) => ({
    line: withoutBlocks.slice(0, match.index).split('\n').length,
    path: path.replace(/\/$/, ''),
  }));
}

/** Documents that speak of the repository as it is. Decisions keep the paths they were made with. */
export function speaksOfTheTree(path: string): boolean {
  if (path.startsWith('docs/adr/') || path === 'CHANGELOG.md') return false;
  return path.endsWith('.md') && !path.startsWith('test/fixtures/');
}

/** A name, or a pattern with `*` and `{a,b}`, that at least one of the known paths has. */
export function exists(mention: string, known: readonly string[]): boolean {
  return known.some(
    (path) =>
      path === mention || path.startsWith(`${mention}/`) || posix.matchesGlob(path, mention),
  );
}
