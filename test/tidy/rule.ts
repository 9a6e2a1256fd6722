import type { SourceFile } from './source.ts';

export type Violation = { readonly line: number; readonly what: string };

export type Rule = {
  readonly name: string;
  /** The sentence that a person reads when the rule bites. */
  readonly because: string;
  readonly appliesTo: (path: string) => boolean;
  readonly check: (file: SourceFile) => readonly Violation[];
  /** Files that break the rule, with the violations they must give: a rule that cannot bite is no rule. */
  readonly bites: readonly Fixture[];
  /** Files that look alike and are fine. */
  readonly spares: readonly Fixture[];
};

export type Fixture = { readonly path: string; readonly text: string };

export function inSource(path: string): boolean {
  return path.startsWith('src/');
}

export function isTypeScript(path: string): boolean {
  return path.endsWith('.ts');
}
