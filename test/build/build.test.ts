import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Built, build } from '../../build.ts';
import { importsOf } from '../tidy/imports.ts';
import { packageHomes } from '../tidy/layers.ts';
import { sourceFile } from '../tidy/source.ts';
import { root } from '../tidy/tree.ts';

const packages = join(root, 'node_modules');

describe('the bundle of a program that uses every package', () => {
  // Far from any node_modules folder, so that a bundle which still needs one fails.
  const elsewhere = mkdtempSync(join(tmpdir(), 'tocsin-bundle-'));
  const out = join(elsewhere, 'dist');
  const program = mkdtempSync(join(tmpdir(), 'tocsin-program-'));
  const manifest = JSON.stringify({ type: 'module', files: ['dist', 'runbooks'] });
  let built: Built;

  beforeAll(async () => {
    cpSync(join(import.meta.dirname, 'program'), program, { recursive: true });
    writeFileSync(join(program, 'package.json'), manifest);
    built = await build({ root: program, out, packages });
    cpSync(join(program, 'runbooks'), join(elsewhere, 'runbooks'), { recursive: true });
    writeFileSync(join(elsewhere, 'package.json'), manifest);
  });
  afterAll(() => {
    for (const folder of [elsewhere, program]) rmSync(folder, { recursive: true });
  });

  const use = (what: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(out, 'main.js'), what], {
      encoding: 'utf8',
      cwd: elsewhere,
    });
    return { status, stderr, said: stdout && JSON.parse(stdout) };
  };

  it('finds its worker, its assets and what the package ships', () => {
    expect(use('own-files')).toEqual({
      status: 0,
      stderr: '',
      said: {
        said: 'a worker that knows what is shared',
        page: '<p>what lies beside a source file</p>',
        runbook: 'what the program ships beside its bundle',
      },
    });
  });

  it.each([
    ['@kubernetes/client-node', { Authorization: 'Bearer t' }],
    ['@pagerduty/pdjs', 'function'],
    ['@slack/bolt', 'function'],
    ['@simplewebauthn/server', 'AQID'],
    ['axios', 'function'],
    ['croner', '2026-01-01T03:00:00.000Z'],
    ['discord.js', 'function'],
    ['@resvg/resvg-wasm', 3],
    ['dejavu-fonts-ttf', 0x10000],
    ['echarts', true],
    ['ioredis', 'wait'],
    ['@aws-sdk/client-cloudwatch', 'eu-west-1'],
    ['@aws-sdk/client-ecs', 'eu-west-1'],
    ['@aws-sdk/client-rds', 'eu-west-1'],
    ['@aws-sdk/client-route-53', 'eu-west-1'],
    ['@aws-sdk/client-s3', 'eu-west-1'],
    ['@aws-sdk/client-sns', 'eu-west-1'],
    ['age-encryption', 'age1'],
    ['mongodb', ''],
    ['otpauth', '287082'],
    ['pg', '"a ""name"""'],
    ['pino', false],
    ['prom-client', true],
    ['uqr', 21],
    ['yaml', { a: [1] }],
    ['zod', ['a']],
  ])('runs %s without node_modules and without a warning', (name, said) => {
    expect(Object.keys(packageHomes)).toContain(name);
    expect(use(name)).toEqual({ status: 0, stderr: '', said });
  });

  it('loads no package before it is needed', () => {
    const atStart = staticallyLoaded(out, 'main.js');
    const bytes = atStart.reduce((sum, file) => sum + readFileSync(join(out, file)).length, 0);
    expect(bytes).toBeLessThan(10_000);
  });

  it('hands the launcher its main and keeps nothing that nobody imports', () => {
    const text = built.files
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(join(out, file), 'utf8'))
      .join('');
    expect(text).not.toContain('nobody imports this sentence');
    expect(use('').status).toBe(7);
    const call = `const { main } = await import(${JSON.stringify(join(out, 'main.js'))}); await main([]);`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', call]);
    expect(String(said)).toBe('"shared"\n');
  });

  it('carries the licences of what is inside', () => {
    const notices = readFileSync(join(out, 'third-party-licenses.txt'), 'utf8');
    for (const name of Object.keys(packageHomes)) expect(notices).toContain(`${name} `);
  });
});

describe('the build refuses', () => {
  const refusal = async (main: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-refused-'));
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'package.json'), '{"files":["dist"]}');
    writeFileSync(join(folder, 'notes.txt'), '');
    writeFileSync(join(folder, 'src/main.ts'), main);
    const done = build({ root: folder, out: join(folder, 'dist'), packages });
    return done.then(() => 'built', String).finally(() => rmSync(folder, { recursive: true }));
  };

  it('a package that is not installed', async () => {
    expect(await refusal(`await import('not-installed');`)).toContain('not-installed');
  });

  it('an own file that does not exist', async () => {
    const main = `new Worker(new URL('./gone.ts', import.meta.url));`;
    expect(await refusal(main)).toContain('./gone.ts does not exist');
  });

  it('a file of the repository that the package does not ship', async () => {
    const main = `console.log(new URL('../notes.txt', import.meta.url));`;
    expect(await refusal(main)).toContain(
      'notes.txt is read by the program and not among the files',
    );
  });
});

function staticallyLoaded(out: string, entry: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(entry)) return [];
  seen.add(entry);
  const file = sourceFile(entry, readFileSync(join(out, entry), 'utf8'));
  const next = importsOf(file)
    .filter(({ how, specifier }) => how === 'static' && specifier?.startsWith('./'))
    .flatMap(({ specifier = '' }) => staticallyLoaded(out, specifier.slice(2), seen));
  return [entry, ...next];
}
