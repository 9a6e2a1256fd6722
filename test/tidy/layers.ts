import { posix } from 'node:path';
import { importsOf, type Target, targetOf } from './imports.ts';
import { inSource, type Rule, type Violation } from './rule.ts';
import type { SourceFile } from './source.ts';

type Layer =
  | 'core'
  | 'handlers'
  | 'bot'
  | 'integrations'
  | 'journal'
  | 'sandbox'
  | 'config'
  | 'main';

type Allowed = {
  readonly layers: readonly Layer[];
  readonly node: boolean;
  /** Packages by name, or `any` where `packageHomes` alone decides. */
  readonly packages: readonly string[] | 'any';
};

const allowed: Readonly<Record<Layer, Allowed>> = {
  core: { layers: ['core'], node: false, packages: [] },
  handlers: { layers: ['core', 'handlers'], node: false, packages: ['zod'] },
  bot: { layers: ['core', 'handlers', 'bot'], node: true, packages: 'any' },
  integrations: { layers: ['core', 'integrations'], node: true, packages: 'any' },
  journal: { layers: ['core', 'journal'], node: true, packages: ['ioredis'] },
  sandbox: { layers: ['core', 'sandbox'], node: true, packages: [] },
  config: { layers: ['core', 'config'], node: true, packages: ['croner', 'yaml', 'zod'] },
  main: {
    layers: ['core', 'handlers', 'bot', 'integrations', 'journal', 'sandbox', 'config', 'main'],
    node: true,
    packages: 'any',
  },
};

/** The folders that alone may name a package. A package that stands in no row is refused everywhere. */
export const packageHomes: Readonly<Record<string, readonly string[]>> = {
  '@aws-sdk/client-cloudwatch': ['src/integrations/aws/'],
  '@aws-sdk/client-ecs': ['src/integrations/aws/'],
  '@aws-sdk/client-rds': ['src/integrations/aws/'],
  '@aws-sdk/client-route-53': ['src/integrations/aws/'],
  '@aws-sdk/client-s3': ['src/integrations/objectstore/'],
  '@aws-sdk/client-sns': ['src/integrations/aws/'],
  'age-encryption': ['src/integrations/age/'],
  '@kubernetes/client-node': ['src/integrations/kubernetes/'],
  '@pagerduty/pdjs': ['src/integrations/pagerduty/'],
  '@resvg/resvg-wasm': ['src/bot/graphs/'],
  '@simplewebauthn/server': ['src/bot/step-up/'],
  '@slack/bolt': ['src/bot/surfaces/slack/'],
  axios: ['src/integrations/', 'src/bot/surfaces/slack/'],
  croner: ['src/config/', 'src/bot/'],
  'dejavu-fonts-ttf': ['src/bot/graphs/'],
  'discord.js': ['src/bot/surfaces/discord/'],
  echarts: ['src/bot/graphs/'],
  mongodb: ['src/integrations/mongodb/'],
  ioredis: ['src/integrations/redis/', 'src/journal/stores/redis/'],
  otpauth: ['src/bot/step-up/'],
  pg: ['src/integrations/postgres/'],
  pino: ['src/main.ts', 'src/cli/', 'src/bot/'],
  'prom-client': ['src/main.ts', 'src/cli/', 'src/bot/'],
  undici: ['src/bot/surfaces/slack/'],
  uqr: ['src/bot/step-up/'],
  yaml: ['src/config.ts', 'src/config/', 'src/bot/'],
  zod: ['src/handlers/', 'src/config.ts', 'src/config/', 'src/bot/'],
};

/** Folders whose children do not know each other, so that each can be deleted alone. */
const strangers = ['src/integrations/', 'src/bot/surfaces/', 'src/journal/stores/'];

/** What a folder wants from the configuration is said in that folder, and read by the one reader. */
const ownsItsConfig = /^src\/(integrations|bot\/surfaces|journal\/stores)\/[\w-]+\/config\.ts$/;

/** What the composition root may only load when the configuration names it. */
const lazy = [...strangers, 'src/sandbox/'];

export const importRule: Rule = {
  name: 'who may import whom',
  because: 'ARCHITECTURE.md draws the arrows; an import against them joins what must stay apart.',
  appliesTo: inSource,
  check: checkImports,
  bites: [
    { path: 'src/core/a.ts', text: `import { readFile } from 'node:fs/promises';` },
    { path: 'src/core/a.ts', text: `import { z } from 'zod';` },
    { path: 'src/core/a.ts', text: `import type { X } from '../journal/x.ts';` },
    { path: 'src/core/a/b.ts', text: `export { x } from '../../handlers/x.ts';` },
    { path: 'src/core/a.ts', text: `import {\n  x, // why\n  y,\n} from '../bot/x.ts';` },
    { path: 'src/core/a.ts', text: `export * from '../main.ts';` },
    { path: 'src/core/a.ts', text: `import '../bot/engine.ts';` },
    { path: 'src/core/a.ts', text: `type X = import('../bot/engine.ts').Engine;` },
    { path: 'src/handlers/a.ts', text: `import { sha } from 'node:crypto';` },
    { path: 'src/handlers/a.ts', text: `import pino from 'pino';` },
    {
      path: 'src/handlers/a.ts',
      text: `const x = await import('../integrations/redis/index.ts');`,
    },
    { path: 'src/journal/a.ts', text: `import { z } from 'zod';` },
    { path: 'src/journal/a.ts', text: `import { x } from '../bot/x.ts';` },
    { path: 'src/journal/chain.ts', text: `import Redis from 'ioredis';` },
    { path: 'src/journal/stores/sqlite/a.ts', text: `import { x } from '../redis/x.ts';` },
    { path: 'src/bot/engine.ts', text: `import { x } from '../journal/x.ts';` },
    { path: 'src/bot/engine.ts', text: `import bolt from '@slack/bolt';` },
    { path: 'src/bot/engine.ts', text: `import { x } from '../integrations/redis/index.ts';` },
    { path: 'src/bot/loops/a.ts', text: `import { x } from '../surfaces/slack/index.ts';` },
    { path: 'src/bot/loops/threads/a.ts', text: `import { x } from '../pager/b.ts';` },
    { path: 'src/bot/surfaces/slack/a.ts', text: `import { x } from '../discord/b.ts';` },
    { path: 'src/bot/surfaces/slack/a.ts', text: `import { x } from '../../loops/threads.ts';` },
    { path: 'src/bot/surfaces/slack/a.ts', text: `import { Client } from 'discord.js';` },
    { path: 'src/integrations/redis/a.ts', text: `import { x } from '../postgres/b.ts';` },
    { path: 'src/integrations/redis/a.ts', text: `import { x } from '../../handlers/b.ts';` },
    { path: 'src/integrations/redis/a.ts', text: `import k from '@kubernetes/client-node';` },
    { path: 'src/integrations/redis/a.ts', text: `import x from 'left-pad';` },
    { path: 'src/sandbox/a.ts', text: `import { x } from '../integrations/kubernetes/x.ts';` },
    { path: 'src/sandbox/a.ts', text: `import yaml from 'yaml';` },
    { path: 'src/config.ts', text: `import { x } from './handlers/x.ts';` },
    { path: 'src/main.ts', text: `import { x } from './integrations/redis/index.ts';` },
    { path: 'src/main.ts', text: `import { x } from './bot/surfaces/console/index.ts';` },
    { path: 'src/main.ts', text: `import { x } from '../test/fakes/x.ts';` },
    { path: 'src/main.ts', text: `const x = await import(\`./integrations/\${name}/index.ts\`);` },
    {
      path: 'src/core/a.ts',
      text: `new Worker(new URL('../journal/worker.ts', import.meta.url));`,
    },
    { path: 'src/config.ts', text: `import { x } from './integrations/redis/client.ts';` },
    { path: 'src/extra/a.ts', text: `export const x = 1;` },
  ],
  spares: [
    {
      path: 'src/core/a.ts',
      text: `import type { X } from './b/x.ts';\nexport { y } from '../core/y.ts';`,
    },
    {
      path: 'src/core/a.ts',
      text: `// import { x } from '../bot/x.ts';\nconst s = "import x from 'zod'";`,
    },
    { path: 'src/core/a.ts', text: `const t = \`\${f("a")} import x from 'zod'\`;` },
    {
      path: 'src/handlers/a.ts',
      text: `import { z } from 'zod';\nimport { x } from '../core/x.ts';`,
    },
    { path: 'src/bot/http.ts', text: `import { createServer } from 'node:http';` },
    {
      path: 'src/bot/loops/a.ts',
      text: `import { x } from './every.ts';\nimport { y } from '../engine.ts';`,
    },
    { path: 'src/bot/surfaces/slack/a.ts', text: `const b = await import('@slack/bolt');` },
    {
      path: 'src/integrations/redis/a.ts',
      text: `import { Redis } from 'ioredis';\nimport { x } from './b.ts';`,
    },
    {
      path: 'src/journal/stores/redis/a.ts',
      text: `import { Redis } from 'ioredis';\nimport { x } from '../../chain.ts';`,
    },
    { path: 'src/config.ts', text: `import { x } from './integrations/redis/config.ts';` },
    { path: 'src/main.ts', text: `import type { X } from './integrations/redis/index.ts';` },
    { path: 'src/main.ts', text: `const x = await import('./integrations/redis/index.ts');` },
  ],
};

function checkImports(file: SourceFile): readonly Violation[] {
  const layer = layerOf(file.path);
  if (!layer) return [{ line: 1, what: `src/ has no place for ${file.path}: give it a layer` }];
  return importsOf(file).flatMap(({ line, specifier, how }) => {
    if (specifier === undefined) return [{ line, what: 'the name of the module is not a literal' }];
    const target = targetOf(file.path, specifier);
    const what =
      refusalOf(file.path, layer, target) ?? refusalOfEagerness(file, { line, how }, target);
    return what ? [{ line, what: `${specifier}: ${what}` }] : [];
  });
}

function layerOf(path: string): Layer | undefined {
  if (/^src\/(main|cli|replay)\.ts$/.test(path) || path.startsWith('src/cli/')) return 'main';
  if (path === 'src/config.ts' || path.startsWith('src/config/')) return 'config';
  const folder = /^src\/(\w+)\//.exec(path)?.[1];
  const layers = ['core', 'handlers', 'bot', 'integrations', 'journal', 'sandbox'] as const;
  return layers.find((layer) => layer === folder);
}

function refusalOf(from: string, layer: Layer, target: Target): string | undefined {
  const may = allowed[layer];
  if (target.kind === 'node') return may.node ? undefined : `${layer} imports nothing of Node`;
  if (target.kind === 'package') {
    if (may.packages !== 'any' && !may.packages.includes(target.name)) {
      return `${layer} does not import ${target.name}`;
    }
    const homes = packageHomes[target.name] ?? [];
    if (homes.some((home) => from.startsWith(home))) return undefined;
    return `${target.name} is imported in ${homes.join(', ') || 'no folder'} only`;
  }
  const other = layerOf(target.path);
  if (!other) return 'only files below src/ can be imported here';
  if (layer === 'config' && ownsItsConfig.test(target.path)) return undefined;
  if (!may.layers.includes(other)) return `${layer} does not import ${other}`;
  return layer === 'main' ? undefined : refusalOfNeighbour(from, target.path);
}

function refusalOfNeighbour(from: string, to: string): string | undefined {
  for (const parent of strangers) {
    const own = childOf(parent, from);
    const other = childOf(parent, to);
    if (own && other && own !== other) return `${own} does not know ${other}`;
  }
  const [fromLoops, toLoops] = [from, to].map((path) => path.startsWith('src/bot/loops/'));
  const [fromSurfaces, toSurfaces] = [from, to].map((path) => path.startsWith('src/bot/surfaces/'));
  if (fromLoops && toSurfaces) return 'a loop never imports a surface';
  if (fromSurfaces && toLoops) return 'a surface never imports a loop';
  const [own, other] = [folderOfLoop(from), folderOfLoop(to)];
  if (own && other && own !== other) return `${own} does not know ${other}`;
  if (!fromSurfaces && toSurfaces) return 'only main.ts brings a surface in';
  return undefined;
}

/** The folder, or the single file, that stands directly below `parent`. */
function childOf(parent: string, path: string): string | undefined {
  if (!path.startsWith(parent)) return undefined;
  return path.slice(parent.length).includes('/')
    ? parent + path.slice(parent.length).split('/')[0]
    : undefined;
}

/** Single files in loops/ are what the loops share. */
function folderOfLoop(path: string): string | undefined {
  return childOf('src/bot/loops/', path);
}

function refusalOfEagerness(
  file: SourceFile,
  { line, how }: { line: number; how: 'static' | 'dynamic' },
  target: Target,
): string | undefined {
  if (layerOf(file.path) !== 'main' || how === 'dynamic' || target.kind !== 'file')
    return undefined;
  if (!lazy.some((folder) => target.path.startsWith(folder))) return undefined;
  const written = file.text.split('\n')[line - 1] ?? '';
  if (/^\s*(import|export) type\b/.test(written)) return undefined;
  return `loaded only when the configuration names it: await import('./${posix.relative('src', target.path)}')`;
}
