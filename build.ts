import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type Plugin, type PluginContext, type RolldownLog, rolldown } from 'rolldown';

export type BuildRequest = {
  /** Where package.json and src/ are. */
  readonly root: string;
  readonly out: string;
  /** Where the packages are that the program imports, if not in the root's own node_modules. */
  readonly packages?: string;
  /** Modules that get a door of their own beside the program's, by name: what a test reaches for inside the bundle. */
  readonly doors?: Readonly<Record<string, string>>;
};

export type Built = { readonly files: readonly string[]; readonly bytes: number };

/**
 * Packages that others try to load and do without: native accelerators. They stay outside, and where they are absent,
 * as in the image, their owners take the slower way.
 */
const optional = ['bufferutil', 'utf-8-validate', 'zlib-sync'];

/**
 * Kubernetes' client does not say that importing its files does nothing. They are a thousand, most of them generated, 17 MB in all;
 * what is left of them after saying so is 40 kB.
 */
const withoutEffect = /\/@kubernetes\/client-node\/dist\//;

/** One flat folder: main.js, the chunks that it loads on first need, worker entries, assets. It needs no node_modules. */
export async function build({ root, out, packages, doors }: BuildRequest): Promise<Built> {
  rmSync(out, { recursive: true, force: true });
  const copied = new Set<string>();
  const bundle = await rolldown({
    input: { ...doors, main: join(root, 'src/main.ts') },
    cwd: root,
    platform: 'node',
    external: optional,
    preserveEntrySignatures: 'strict',
    resolve: { modules: packages ? [packages] : ['node_modules'] },
    treeshake: { moduleSideEffects: [{ test: withoutEffect, sideEffects: false }] },
    plugins: [ownFiles(root), packageFiles(root, copied), platformUrl(), notices(copied)],
    onLog: refuseWhatFailsLater,
  });
  const { output } = await bundle.write({
    dir: out,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[name]-[hash].js',
  });
  await bundle.close();
  const files = output.map((file) => file.fileName);
  return { files, bytes: files.reduce((sum, file) => sum + statSync(join(out, file)).size, 0) };
}

/**
 * What is published: the bundle, the files beside it, and a manifest without the packages that the bundle holds already.
 * Installing those would cost 200 MB that nothing reads.
 */
export async function assemble({ out, ...request }: BuildRequest): Promise<Built> {
  rmSync(out, { recursive: true, force: true });
  const built = await build({ ...request, out: join(out, 'dist') });
  const text = readFileSync(join(request.root, 'package.json'), 'utf8');
  const { dependencies, devDependencies, scripts, ...manifest } = JSON.parse(text);
  for (const path of manifest.files.filter((one: string) => one !== 'dist')) {
    cpSync(join(request.root, path), join(out, path), { recursive: true });
  }
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return built;
}

if (import.meta.main) {
  const root = import.meta.dirname;
  const whole = process.argv.includes('--package');
  const { files, bytes } = whole
    ? await assemble({ root, out: join(root, 'package') })
    : await build({ root, out: join(root, 'dist') });
  const folder = whole ? 'package/dist/' : 'dist/';
  console.log(`${folder}: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`);
}

/**
 * The program names its own files as `new URL('<literal>', import.meta.url)` and in no other way. A `.ts` file becomes an
 * entry of its own (a worker), any other file or folder below src/ is copied, and one outside src/ (the runbooks) stays
 * where the package ships it: chunks lie one folder below the root, just as main.ts does.
 */
function ownFiles(root: string): Plugin {
  const src = join(root, 'src');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // npm ships package.json whatever `files` says.
  const shipped: readonly string[] = ['package.json', ...(manifest.files ?? [])];

  return {
    name: 'own-files',
    transform(code, id) {
      if (!id.startsWith(src + sep)) return null;
      const ownFile = /new URL\(\s*'(\.{1,2}\/[^']*)',\s*import\.meta\.url,?\s*\)/g;
      const changed = code.replaceAll(ownFile, (_whole, literal: string) => {
        const file = resolve(dirname(id), literal);
        if (!existsSync(file)) throw new Error(`${id}: ${literal} does not exist`);
        const slash = literal.endsWith('/') ? '/' : '';
        return `new URL('${addressOf(this, file)}${slash}', import.meta.url)`;
      });
      return changed === code ? null : { code: changed, map: null };
    },
  };

  function addressOf(context: PluginContext, file: string): string {
    const path = relative(src, file).split(sep).join('/');
    if (path.startsWith('../')) return outside(path.slice(3));
    if (file.endsWith('.ts')) {
      const fileName = `${path.replace(/\.ts$/, '').replaceAll('/', '-')}.js`;
      context.emitFile({ type: 'chunk', id: file, fileName });
      return `./${fileName}`;
    }
    for (const each of filesBelow(file)) {
      const fileName = `assets/${relative(src, each).split(sep).join('/')}`;
      context.emitFile({ type: 'asset', fileName, source: readFileSync(each) });
    }
    return `./assets/${path}`;
  }

  function outside(path: string): string {
    if (shipped.some((one) => path === one || path.startsWith(`${one}/`))) return `../${path}`;
    throw new Error(`${path} is read by the program and not among the files of package.json`);
  }
}

/**
 * A file of a package that is read and not imported (a font, a WebAssembly module) is named as
 * `import.meta.resolve('package/file')` and in no other way. It is copied beside the bundle, as everything of the package is
 * that it needs. The folders it came from are told, because their licences go along.
 */
function packageFiles(root: string, copied: Set<string>): Plugin {
  const src = join(root, 'src');
  return {
    name: 'package-files',
    async transform(code, id) {
      if (!id.startsWith(src + sep)) return null;
      const named = /import\.meta\.resolve\(\s*'((?:@[\w.-]+\/)?[\w.-]+\/[^']+)',?\s*\)/g;
      const found = [...new Set([...code.matchAll(named)].map(([, name = '']) => name))];
      const paths = new Map<string, string>();
      for (const name of found) {
        const resolved = await this.resolve(name, id);
        if (!resolved || resolved.external) throw new Error(`${id}: ${name} is not installed`);
        const fileName = `assets/packages/${name}`;
        this.emitFile({ type: 'asset', fileName, source: readFileSync(resolved.id) });
        copied.add(resolved.id);
        paths.set(name, fileName);
      }
      if (found.length === 0) return null;
      const changed = code.replaceAll(named, (_whole, name: string) => {
        return `new URL('./${paths.get(name)}', import.meta.url).href`;
      });
      return { code: changed, map: null };
    },
  };
}

/**
 * PagerDuty's client brings a fetch that brings a URL parser for Nodes without one. It is never called here, and its
 * import prints a deprecation warning.
 */
function platformUrl(): Plugin {
  const replaced = 'whatwg-url';
  return {
    name: 'platform-url',
    resolveId: (id) => (id === replaced ? `\0${replaced}` : null),
    load: (id) =>
      id === `\0${replaced}` ? `export { URL, URLSearchParams } from 'node:url';` : null,
  };
}

/** The licences of what was bundled ask that their text goes along. */
function notices(copied: ReadonlySet<string>): Plugin {
  return {
    name: 'notices',
    generateBundle(_options, output) {
      const modules = Object.values(output).flatMap((file) =>
        file.type === 'chunk' ? Object.keys(file.modules) : [],
      );
      const folders = new Set(
        [...modules, ...copied].flatMap(
          (id) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [],
        ),
      );
      const texts = [...folders].toSorted().map(noticeOf);
      const source = texts.join(`\n${'-'.repeat(80)}\n`);
      this.emitFile({ type: 'asset', fileName: 'third-party-licenses.txt', source });
    },
  };
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? readFileSync(join(folder, file), 'utf8') : '';
  return `${name} ${version} (${license})\n\n${text}`;
}

/** A name that cannot be resolved would fail at night, on the first use of its chunk. */
function refuseWhatFailsLater(level: string, log: RolldownLog): void {
  if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
  // discord.js offers to evaluate code in its shards; nothing here calls that.
  if (log.code === 'EVAL' && log.id?.includes('/discord.js/')) return;
  if (level === 'warn') console.warn(log.message);
}

function filesBelow(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}
