import { importsOf } from './imports.ts';
import { inSource, isTypeScript, type Rule, type Violation } from './rule.ts';
import { lineOf, type SourceFile } from './source.ts';

const pure = (path: string) => path.startsWith('src/core/') || path.startsWith('src/handlers/');

const purity: Rule = {
  name: 'no clock, dice or machine in core and handlers',
  because: 'Decisions are replayed: time, ids, randomness and I/O are handed in.',
  appliesTo: pure,
  check: (file) => [
    ...words(file, /(?<![\w$.])Date\.now\b/g),
    ...words(file, /(?<![\w$.])new Date(?!\s*\(\s*[^\s)])/g),
    ...words(file, /(?<![\w$.])Math\.random\b/g),
    ...words(file, /(?<![\w$.])(?:performance|process|globalThis|crypto|console|Intl)\s*[.[]/g),
    ...words(file, /(?<![\w$.])(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\s*\(/g),
    ...words(file, /\.toLocale\w*\s*\(|\.localeCompare\s*\(/g),
    ...words(file, /\.(?:getTimezoneOffset|get(?:Hours|Minutes|Date|Day|Month|FullYear))\s*\(/g),
  ],
  bites: [
    'const at = Date.now();',
    'const at = new Date();',
    'const at = new Date;',
    'const n = Math.random();',
    'const t = performance.now();',
    'setTimeout(() => {}, 5);',
    `const id = crypto.randomUUID();`,
    `const home = process.env['HOME'];`,
    `const f = globalThis['fetch'];`,
    'await fetch(url);',
    `console.log('x');`,
    'const text = date.toLocaleString();',
    'const hour = date.getHours();',
    'names.sort((a, b) => a.localeCompare(b));',
  ].flatMap((text) => [
    { path: 'src/core/a.ts', text },
    { path: 'src/handlers/a.ts', text },
  ]),
  spares: [
    { path: 'src/core/a.ts', text: 'const at = new Date(event.at).toISOString();' },
    { path: 'src/core/a.ts', text: `// Date.now() is not ours.\nconst s = 'Math.random()';` },
    { path: 'src/core/a.ts', text: 'const x = clock.Date.now(); port.fetch(x); view.console.log;' },
    { path: 'src/core/a.ts', text: 'const hour = date.getUTCHours();' },
  ],
};

const vendors =
  /slack|discord|pagerduty|grafana|alertmanager|prometheus|kubernetes|docker|postgres|patroni|redis|mongo|amazon|haproxy|nginx/i;

const namelessCore: Rule = {
  name: 'no vendor in core',
  because: 'Core speaks of roles (workload, database, surface); a vendor has one folder elsewhere.',
  appliesTo: (path) => path.startsWith('src/core/'),
  check: (file) => [
    ...(vendors.test(file.path) ? [{ line: 1, what: file.path }] : []),
    ...words(file, new RegExp(`\\w*(?:${vendors.source})\\w*`, 'gi')),
    ...file.strings
      .filter((piece) => vendors.test(piece.value))
      .map((piece) => ({ line: lineOf(file, piece.start), what: piece.value })),
  ],
  bites: [
    { path: 'src/core/slack.ts', text: '' },
    { path: 'src/core/a.ts', text: 'export type SlackUser = string;' },
    { path: 'src/core/a.ts', text: `if (surface === 'discord') return;` },
    { path: 'src/core/a.ts', text: 'const kind = `kubernetes`;' },
  ],
  spares: [{ path: 'src/core/a.ts', text: '/** `slack/main`. */\nexport type Name = string;' }],
};

const environment: Rule = {
  name: 'one reader of the environment and of files',
  because:
    'What configures the program is read in config.ts alone, so that it can be checked and shown.',
  appliesTo: inSource,
  check: (file) => [
    ...(/^src\/(config|main|cli|cli\/[\w-]+|config\/[\w-]+)\.ts$/.test(file.path)
      ? []
      : words(file, /(?<![\w$.])process\.(?:env|argv)\b/g)),
    ...(readsFiles(file.path) ? [] : fileModules(file)),
  ],
  bites: [
    { path: 'src/bot/engine.ts', text: `const port = process.env['PORT'];` },
    { path: 'src/integrations/redis/client.ts', text: 'const { env } = process.env;' },
    { path: 'src/bot/engine.ts', text: `import { readFile } from 'node:fs/promises';` },
    { path: 'src/integrations/redis/client.ts', text: `const fs = await import('node:fs');` },
  ],
  spares: [
    { path: 'src/config.ts', text: `import { readFileSync } from 'node:fs';\nprocess.env['A'];` },
    { path: 'src/journal/stores/sqlite/worker.ts', text: `import { openSync } from 'node:fs';` },
    { path: 'src/bot/surfaces/console/assets.ts', text: `import { readFile } from 'node:fs';` },
    { path: 'src/bot/engine.ts', text: `// process.env is read in config.ts` },
  ],
};

function readsFiles(path: string): boolean {
  return /^src\/((config|main|cli|replay)\.ts$|config\/|cli\/|journal\/|bot\/surfaces\/console\/)/.test(
    path,
  );
}

function fileModules(file: SourceFile): readonly Violation[] {
  return importsOf(file)
    .filter(({ specifier }) => /^node:fs(\/|$)/.test(specifier ?? ''))
    .map(({ line, specifier }) => ({ line, what: `import of ${specifier}` }));
}

const casts: Rule = {
  name: 'casts only where the outside is parsed',
  because: 'A cast is a claim that nobody checks; schema.ts is where claims are checked.',
  appliesTo: (path) => inSource(path) && isTypeScript(path) && !/(^|[/.])schema\.ts$/.test(path),
  check: (file) => {
    const code = withoutClauses(file.code);
    return [
      ...words({ ...file, code }, /(?<=[\w$)\]}'"`>!]\s+)as\s+(?!const\b)[\w$({[]+/g),
      ...words({ ...file, code }, /(?<=[=(,:?&|]\s*)<[A-Z][\w$.]*>\s*[\w$({['"`]/g).filter(
        // Generic arrow functions start alike: `<T>(…)`.
        ({ what }) => !/\($/.test(what),
      ),
    ];
  },
  bites: [
    'const a = b as Person;',
    `const a = f() as unknown as Person;`,
    `const a = 'x' as Name;`,
    'const a = (x as { y: string }).y;',
    'const a = [] as string[];',
    'const a = <Person>b;',
  ].map((text) => ({ path: 'src/core/a.ts', text })),
  spares: [
    { path: 'src/core/a.ts', text: `const a = ['x'] as const;` },
    { path: 'src/core/a.ts', text: 'const a = { x: 1 } satisfies X;' },
    { path: 'src/core/a.ts', text: `import { a as b } from './b.ts';\nexport { b as c };` },
    {
      path: 'src/core/a.ts',
      text: `import * as all from './b.ts';\nexport * as more from './c.ts';`,
    },
    { path: 'src/core/a.ts', text: `// known as Person\nconst a = \`as \${b} as X\`;` },
    { path: 'src/core/a.ts', text: 'const f = <T>(x: T): T => x;' },
    { path: 'src/integrations/redis/schema.ts', text: 'const a = b as Reply;' },
  ],
};

/** `as` renames in import and export clauses. */
function withoutClauses(code: string): string {
  return code.replaceAll(/(?<![\w$.])(?:import|export)\s+(?:type\s+)?[{*][^'"`;=()]*/g, (clause) =>
    clause.replaceAll(/[^\n]/g, ' '),
  );
}

const escapes: Rule = {
  name: 'no way around the compiler',
  because: 'A suppressed error is an error at three in the morning.',
  appliesTo: isTypeScript,
  check: (file) => [
    ...words(file, /(?<![\w$.'-])(?:any)(?=\s*[\],;)>|&=[{]|\s*$)(?<=(?:[:<|&,(]|\bas|=)\s*any)/gm),
    ...file.comments
      .filter((piece) => /@ts-(?:ignore|nocheck|expect-error)\b/.test(piece.value))
      .map((piece) => ({ line: lineOf(file, piece.start), what: piece.value })),
  ],
  bites: [
    'function f(x: any) {}',
    'const x: any = 1;',
    'const x = y as any;',
    'const x: Promise<any> = y;',
    'type X = any;',
    'const x: any[] = [];',
    '// @ts-ignore\nf();',
    '/* @ts-expect-error because */ f();',
  ].map((text) => ({ path: 'test/a.test.ts', text })),
  spares: [
    { path: 'test/a.test.ts', text: '// Not any of these.\nconst any = 1;' },
    { path: 'test/a.test.ts', text: `it('takes any, or none', () => {});` },
    { path: 'test/a.test.ts', text: 'await Promise.any(all); expect.any(String);' },
  ],
};

const ownFiles: Rule = {
  name: 'own files by literal address',
  because: `The build finds them as new URL('./literal', import.meta.url); anything else is lost in the bundle.`,
  appliesTo: (path) => inSource(path) && isTypeScript(path),
  check: (file) => [
    ...words(
      file,
      /(?<![\w$.])import\.meta\.(?:dirname|filename|resolve)\b|(?<![\w$.])__(?:dir|file)name\b/g,
    ),
    ...words(file, /(?<!(?<![\w$.])new URL\(\s*'[^']*',\s*)import\.meta\.url\b/g),
    ...file.strings
      .filter(({ start }) => /(?<![\w$.])new URL\(\s*$/.test(file.code.slice(0, start)))
      .filter(({ end }) => /^,\s*import\.meta\.url/.test(file.code.slice(end)))
      .filter(({ start, value }) => file.text[start] !== "'" || !/^\.{1,2}\//.test(value))
      .map(({ start, value }) => ({ line: lineOf(file, start), what: value })),
  ],
  bites: [
    `const folder = join(import.meta.dirname, 'assets');`,
    'const require = createRequire(import.meta.url);',
    'new URL(name, import.meta.url);',
    `new URL(\`./\${name}\`, import.meta.url);`,
    `new URL('assets/', import.meta.url);`,
    'const here = __dirname;',
  ].map((text) => ({ path: 'src/bot/a.ts', text })),
  spares: [
    `new Worker(new URL('./worker.ts', import.meta.url));`,
    `new URL(\n  '../../runbooks/',\n  import.meta.url,\n);`,
    `new URL(name, 'https://example.com/');`,
    'if (import.meta.main) start();',
  ].map((text) => ({ path: 'src/bot/a.ts', text })),
};

const promises: Rule = {
  name: 'no promise without a place',
  because: 'A note to do something later carries the link where it is asked for, or it is lost.',
  appliesTo: () => true,
  check: (file) =>
    file.comments
      .filter((piece) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(piece.value))
      .filter((piece) => !/https?:\/\/\S+/.test(piece.value))
      .map((piece) => ({ line: lineOf(file, piece.start), what: piece.value })),
  bites: [
    { path: 'src/core/a.ts', text: '// TODO: handle this' },
    { path: 'test/a.test.ts', text: '/* FIXME later */' },
  ],
  spares: [
    { path: 'src/core/a.ts', text: '// TODO https://example.com/issues/7: handle this' },
    { path: 'src/core/a.ts', text: `const status = 'TODO';` },
  ],
};

const machines: Rule = {
  name: 'no word of somebody’s machine',
  because:
    'The project runs on every machine: no home folder, no private host, no registry mirror.',
  appliesTo: (path) => !path.startsWith('test/tidy/'),
  check: (file) =>
    [...file.text.matchAll(/(?<![\w.~/-])\/(?:work|home|root|Users)\/\w[\w./-]*/g)].map(
      (match) => ({
        line: lineOf(file, match.index),
        what: match[0],
      }),
    ),
  bites: [
    { path: 'README.md', text: 'Run /home/ana/tocsin/run.' },
    { path: 'src/main.ts', text: `const path = '/Users/ana/x';` },
  ],
  spares: [
    { path: 'README.md', text: 'See https://example.com/work/x and ./home/x.' },
    { path: 'src/main.ts', text: `const path = '/run/secrets/key';` },
  ],
};

export const codeRules: readonly Rule[] = [
  purity,
  namelessCore,
  environment,
  casts,
  escapes,
  ownFiles,
  promises,
  machines,
];

function words(file: SourceFile, pattern: RegExp): readonly Violation[] {
  return [...file.code.matchAll(pattern)].map((match) => ({
    line: lineOf(file, match.index),
    what: match[0].trim(),
  }));
}
