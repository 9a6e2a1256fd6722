import { functionsOf } from './functions.ts';
import { inSource, isTypeScript, type Rule } from './rule.ts';

/** What good code tends to measure is 300, 60 and 3; the limits leave a third for a reason that needs no telling. */
export const limits = { fileLines: 400, functionLines: 80, parameters: 4 } as const;

const fileLength: Rule = {
  name: `files of at most ${limits.fileLines} lines`,
  because: 'A file that needs scrolling hides two ideas; split it at the second one.',
  appliesTo: (path) => isTypeScript(path) || path.endsWith('.js'),
  check: (file) => {
    const lines = file.text.trimEnd().split('\n').length;
    return lines > limits.fileLines ? [{ line: lines, what: `${lines} lines` }] : [];
  },
  bites: [{ path: 'src/core/a.ts', text: 'f();\n'.repeat(limits.fileLines + 1) }],
  spares: [{ path: 'src/core/a.ts', text: 'f();\n'.repeat(limits.fileLines) }],
};

const longBody = 'f();\n'.repeat(limits.functionLines);
const shortBody = 'f();\n'.repeat(limits.functionLines - 2);

const functionLength: Rule = {
  name: `functions of at most ${limits.functionLines} lines`,
  because: 'A function is read whole or not at all.',
  appliesTo: inSource,
  check: (file) =>
    functionsOf(file)
      .filter(({ lines }) => lines > limits.functionLines)
      .map(({ line, lines, name }) => ({ line, what: `${name} has ${lines} lines` })),
  bites: [
    `function f(): void {\n${longBody}}`,
    `export async function f<T>(a: { b: T }): Promise<{ c: T }> {\n${longBody}}`,
    `const x = { method(a: string): a is 'b' {\n${longBody}} };`,
    `const f = (a: number) => {\n${longBody}};`,
    `class A { constructor() {\n${longBody}} }`,
    `f(async ({ a }) => {\nif (a) { b('{'); }\n${longBody}});`,
    `function f() {\nfunction g() {\nh();\n}\n${longBody}}`,
    `function f() {\ng(() => {\n${longBody}});\n}`,
  ].map((text) => ({ path: 'src/core/a.ts', text })),
  spares: [
    { path: 'src/core/a.ts', text: `function f(): { a: string } {\n${shortBody}}` },
    {
      path: 'src/core/a.ts',
      text: `const table = {\n${'a: 1,\n'.repeat(limits.functionLines * 2)}};`,
    },
    {
      path: 'src/core/a.ts',
      text: `function f() {\nfunction g() {\n${shortBody}}\nasync function h(): X {\n${shortBody}}\n}`,
    },
    { path: 'src/core/a.ts', text: `if (f(x)) {\n${longBody}}` },
  ],
};

const parameters: Rule = {
  name: `functions of at most ${limits.parameters} parameters`,
  because: 'Past the third nobody knows which is which; one named object does.',
  appliesTo: inSource,
  check: (file) =>
    functionsOf(file)
      .filter((one) => one.parameters > limits.parameters)
      .map(({ line, name, parameters: count }) => ({ line, what: `${name} takes ${count}` })),
  bites: [
    { path: 'src/core/a.ts', text: 'function f(a: A, b: B, c: C, d: D, e: E) {}' },
    { path: 'src/core/a.ts', text: 'const f = (a, b, c, d, e) => { g(); };' },
    {
      path: 'src/core/a.ts',
      text: 'class A { m(a: Map<K, V>, b = [1, 2], c = {}, d?: D, e?: E): void {} }',
    },
  ],
  spares: [
    {
      path: 'src/core/a.ts',
      text: 'function f(a: Map<K, V>, { b, c, d }: X, e: [A, B], f: F,) {}',
    },
    { path: 'src/core/a.ts', text: 'f(a, b, c, d, e);' },
  ],
};

const bannedNames = /^(?:utils?|helpers?|managers?|misc|data|info|commons?)$/;

const names: Rule = {
  name: 'names that say what is inside',
  because: 'Files are kebab-case nouns; a drawer for the rest collects everything.',
  appliesTo: (path) => /^(src|test|bench|bin|docs|runbooks|examples|deploy)\//.test(path),
  check: ({ path }) => {
    const code = /\.(?:ts|js|mjs|cjs)$/.test(path);
    const parts = path.split('/');
    const stems = parts.map((part) => part.replace(/\..*$/, ''));
    const banned = stems.filter((stem) => stem.split('-').some((word) => bannedNames.test(word)));
    const file = parts.at(-1) ?? '';
    const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
    return [
      ...banned.map((stem) => ({ line: 1, what: `${stem} says nothing` })),
      ...(code && !kebab.test(file) ? [{ line: 1, what: `${file} is not kebab-case` }] : []),
    ];
  },
  bites: [
    { path: 'src/core/utils.ts', text: '' },
    { path: 'src/bot/helpers/card.ts', text: '' },
    { path: 'src/bot/thread-manager.ts', text: '' },
    { path: 'src/core/incidentCard.ts', text: '' },
    { path: 'test/Card.test.ts', text: '' },
  ],
  spares: [
    { path: 'src/core/incident-card.ts', text: '' },
    { path: 'src/core/database.ts', text: '' },
    { path: 'runbooks/HighErrorRate.md', text: '' },
    { path: 'test/core/incident-card.property.test.ts', text: '' },
  ],
};

export const shapeRules: readonly Rule[] = [fileLength, functionLength, parameters, names];
