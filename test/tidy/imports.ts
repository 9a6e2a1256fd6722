import { posix } from 'node:path';
import { lineOf, type SourceFile } from './source.ts';

export type Import = {
  readonly line: number;
  /** As written; undefined where it is not a literal. */
  readonly specifier: string | undefined;
  readonly how: 'static' | 'dynamic';
};

/** Every way in which one module can name another. */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  const after = (position: number) => file.strings.find((piece) => piece.start === position);

  // `import … from '…'`, `export … from '…'`; the clause between holds neither a quote nor a semicolon.
  const withClause = /(?<![\w$.])(?:import|export)\s[^'"`;=()]*?\bfrom\s*(?=['"])/g;
  const bare = /(?<![\w$.])import\s*(?=['"])/g;
  for (const pattern of [withClause, bare]) {
    for (const match of file.code.matchAll(pattern)) {
      const literal = after(match.index + match[0].length);
      found.push({ line: lineOf(file, match.index), specifier: literal?.value, how: 'static' });
    }
  }
  const calls = /(?<![\w$.])(?:import|require|import\.meta\.resolve|require\.resolve)\s*\(\s*/g;
  for (const match of file.code.matchAll(calls)) {
    const literal = after(match.index + match[0].length);
    found.push({ line: lineOf(file, match.index), specifier: literal?.value, how: 'dynamic' });
  }
  // A worker's entry is named by its address: the file is another module all the same.
  for (const match of file.code.matchAll(/(?<![\w$.])new URL\s*\(\s*/g)) {
    const literal = after(match.index + match[0].length);
    if (!literal || !/^\.{1,2}\/.*\.[tj]s$/.test(literal.value)) continue;
    found.push({ line: lineOf(file, match.index), specifier: literal.value, how: 'dynamic' });
  }
  return found.toSorted((a, b) => a.line - b.line);
}

export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'package'; readonly name: string };

export function targetOf(from: string, specifier: string): Target {
  if (specifier.startsWith('node:')) return { kind: 'node', name: specifier.slice(5) };
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: posix.join(posix.dirname(from), specifier) };
  }
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
  return { kind: 'package', name: name ?? specifier };
}
