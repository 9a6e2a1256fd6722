import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OpenBackup } from '../../../src/core/ports/backup.ts';
import { decompressed } from '../../../src/integrations/files/archive/compression.ts';
import { headerOf } from '../../../src/integrations/files/archive/header.ts';
import { createArchives } from '../../../src/integrations/files/index.ts';
import { rawOf } from '../../../src/integrations/files/name.ts';
import type { FilesConfig } from '../../../src/integrations/files/schema.ts';
import { lookBack } from '../../../src/integrations/files/scratch.ts';
import { unpack } from '../../../src/integrations/files/unpack.ts';
import { bytesOf, configOf, folderOf, going, partsOf } from './given.ts';

const isRoot = process.getuid?.() === 0;
const wanted = { locator: {} };
const madeBy = { server: 'Linux', encoding: 'tar, zstd' };
const open = (config: FilesConfig, signal = going()): Promise<OpenBackup> =>
  createArchives(config).open(wanted, signal);

async function taken(config: FilesConfig) {
  const { bytes, content } = await open(config);
  const archive = await bytesOf(bytes);
  return { archive, content: await content };
}

/** Names as bytes: one is no text, one is longer than a plain header holds, one looks like an option. */
function strangeTree(): string {
  const at = join(folderOf(), 'etc');
  mkdirSync(join(at, 'conf.d', 'a'.repeat(120), 'b'.repeat(120)), { recursive: true });
  writeFileSync(join(at, 'conf.d', 'a'.repeat(120), 'b'.repeat(120), 'deep.conf'), 'deep');
  writeFileSync(
    Buffer.concat([Buffer.from(`${at}/conf.d/no-`), Buffer.of(0xff), Buffer.from('text')]),
    'x',
  );
  writeFileSync(join(at, '--checkpoint-action=exec=sh'), 'no option');
  writeFileSync(join(at, 'two\nlines'), 'text');
  writeFileSync(join(at, 'größe.yaml'), 'ä'.repeat(300_000));
  writeFileSync(join(at, 'empty'), '');
  writeFileSync(join(at, 'script'), '#!/bin/sh\n');
  chmodSync(join(at, 'script'), 0o755);
  mkdirSync(join(at, 'closed'));
  writeFileSync(join(at, 'closed', 'key.pem'), 'secret');
  chmodSync(join(at, 'closed', 'key.pem'), 0o400);
  chmodSync(join(at, 'closed'), 0o500);
  onTestFinished(() => chmodSync(join(at, 'closed'), 0o700));
  symlinkSync('../outside', join(at, 'link'));
  symlinkSync('x'.repeat(200), join(at, 'long-link'));
  utimesSync(join(at, 'script'), 1_600_000_000, 1_600_000_000);
  return at;
}

describe('an archive of files', () => {
  it('is one that tar reads, with every name as its bytes are', async () => {
    const at = strangeTree();
    const { archive, content } = await taken(configOf([at]));
    const out = folderOf();
    // By hand it is `tar --zstd -xf ID.tar.zst`.
    const said = execFileSync('tar', ['-xpf', '-', '-C', out], {
      input: zstdDecompressSync(archive),
      encoding: 'utf8',
    });
    expect(said).toBe('');
    const there = join(out, at);
    expect(execFileSync('diff', ['-r', '--no-dereference', at, there]).toString()).toBe('');
    expect(lstatSync(join(there, 'script')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(there, 'script')).mtimeMs).toBe(1_600_000_000_000);
    chmodSync(join(there, 'closed'), 0o700);
    const members = execFileSync('find', [at, '-print0']).toString('latin1').split('\0').length - 1;
    expect(content).toMatchObject({ counts: { [at]: members }, uncounted: 0 });
    expect(content.notes).toBeUndefined();
  });

  it('is unpacked as what it was: bytes, names, rights, times and links', async () => {
    const at = strangeTree();
    if (isRoot) chownSync(join(at, 'script'), 1234, 2345);
    const { archive, content } = await taken(configOf([at]));
    const out = folderOf();
    await unpack(decompressed(partsOf(archive)), {
      placeOf: () => rawOf(join(out, 'back')),
      purpose: 'use',
      signal: going(),
    });
    const back = join(out, 'back');
    expect(execFileSync('diff', ['-r', '--no-dereference', at, back]).toString()).toBe('');
    for (const name of ['script', 'closed', 'closed/key.pem', 'link', 'empty']) {
      const [then, now] = [lstatSync(join(at, name)), lstatSync(join(back, name))];
      expect([now.mode, now.uid, now.gid]).toEqual([then.mode, then.uid, then.gid]);
      expect(Math.floor(now.mtimeMs / 1000)).toBe(Math.floor(then.mtimeMs / 1000));
    }
    expect(readlinkSync(join(back, 'link'))).toBe('../outside');
    const found = await lookBack(new Map([[at, rawOf(back)]]), going());
    expect(found).toEqual(content);
    chmodSync(join(back, 'closed'), 0o700);
  });

  it.each<[string, (at: string) => void]>([
    ['a byte', (at) => writeFileSync(join(at, 'script'), '#!/bin/sH\n')],
    ['a right', (at) => chmodSync(join(at, 'script'), 0o777)],
    [
      'where a link points',
      (at) => {
        unlinkSync(join(at, 'link'));
        symlinkSync('/etc', join(at, 'link'));
      },
    ],
    ['a name', (at) => renameSync(join(at, 'empty'), join(at, 'emptz'))],
  ])('knows itself apart from one in which %s is another', async (_, change) => {
    const at = strangeTree();
    const { content } = await taken(configOf([at]));
    change(at);
    const found = await lookBack(new Map([[at, rawOf(at)]]), going());
    expect(found.counts).toEqual(content.counts);
    expect(found.trees).not.toEqual(content.trees);
  });

  it('holds a file by itself, several paths, and nothing that fits a pattern', async () => {
    const folder = folderOf();
    mkdirSync(join(folder, 'a', 'cache', 'deep'), { recursive: true });
    writeFileSync(join(folder, 'a', 'cache', 'deep', 'x'), 'x');
    writeFileSync(join(folder, 'a', 'one.conf'), '1');
    writeFileSync(join(folder, 'a', 'one.conf.swp'), '1');
    writeFileSync(join(folder, 'b.conf'), '2');
    const paths = [join(folder, 'a'), join(folder, 'b.conf')];
    const { content } = await taken(configOf(paths, { exclude: ['*.swp', 'cache/**'] }));
    // The folder itself stays: what is in it is left out.
    expect(content.counts).toEqual({ [paths[0] ?? '']: 3, [paths[1] ?? '']: 1 });
    const { content: without } = await taken(configOf(paths, { exclude: ['*.swp', 'cache'] }));
    expect(without.counts).toEqual({ [paths[0] ?? '']: 2, [paths[1] ?? '']: 1 });
  });

  it('says what changed, went away or is no file, and goes on', async () => {
    const at = join(folderOf(), 'logs');
    mkdirSync(at);
    const big = 8 * 1024 * 1024;
    writeFileSync(join(at, 'a-shrinks.log'), Buffer.alloc(big, 'x'));
    writeFileSync(join(at, 'b-goes.log'), 'x');
    writeFileSync(join(at, 'c-grows.log'), Buffer.alloc(1024, 'y'));
    execFileSync('mkfifo', [join(at, 'pipe')]);
    const server = createServer().listen(join(at, 'socket'));
    onTestFinished(() => void server.close());
    const { bytes, content } = await open(configOf([at]));
    const parts = bytes[Symbol.asyncIterator]();
    const first = await parts.next();
    // Whoever compresses has read some of it, and not all.
    truncateSync(join(at, 'a-shrinks.log'), 1000);
    unlinkSync(join(at, 'b-goes.log'));
    const rest = await bytesOf({ [Symbol.asyncIterator]: () => parts });
    const all = Buffer.concat([first.value ?? Buffer.of(), rest]);
    const found = await content;
    expect(found.notes).toEqual([
      `2 are neither file nor folder nor link, and left out: ${at}/pipe, ${at}/socket`,
      `1 changed while they were read: ${at}/a-shrinks.log`,
      `1 went away before they were read: ${at}/b-goes.log`,
    ]);
    // It still is whole, and as long as the file was.
    const archives = createArchives(configOf([at]));
    await archives.read({ bytes: partsOf(all), ...madeBy }, going());
    expect(await archives.rehearse({ bytes: partsOf(all), ...madeBy }, wanted, going())).toEqual({
      counts: found.counts,
      uncounted: 0,
      trees: found.trees,
    });
    expect(found.trees?.[at]?.bytes).toBe(big + 1024);
  });

  it('takes of a file that grows what it had', async () => {
    const at = join(folderOf(), 'grows.log');
    writeFileSync(at, Buffer.alloc(8 * 1024 * 1024, 'y'));
    const { bytes, content } = await open(configOf([at]));
    const parts = bytes[Symbol.asyncIterator]();
    await parts.next();
    appendFileSync(at, 'more');
    await bytesOf({ [Symbol.asyncIterator]: () => parts });
    expect((await content).trees?.[at]?.bytes).toBe(8 * 1024 * 1024);
    expect((await content).notes).toEqual([`1 changed while they were read: ${at}`]);
  });

  it('holds links as links, and is not made where the path itself is one', async () => {
    const folder = folderOf();
    mkdirSync(join(folder, 'releases'));
    writeFileSync(join(folder, 'releases', 'secret'), 'not asked for');
    mkdirSync(join(folder, 'etc'));
    symlinkSync(join(folder, 'releases'), join(folder, 'etc', 'inside'));
    symlinkSync(join(folder, 'releases'), join(folder, 'current'));
    const { archive } = await taken(configOf([join(folder, 'etc')]));
    expect(zstdDecompressSync(archive).includes('not asked for')).toBe(false);
    const survey = await createArchives(configOf([join(folder, 'current')])).survey(wanted);
    expect(survey).toMatchObject({ ok: false, problem: { code: 'FILES_IS_LINK' } });
  });

  it('is not made of what is not there, or larger than it may be', async () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'x'), Buffer.alloc(2 * 1024 * 1024));
    const missing = createArchives(configOf([join(folder, 'none')]));
    expect(await missing.survey(wanted)).toMatchObject({
      ok: false,
      problem: { code: 'FILES_NOT_THERE' },
    });
    const config = configOf([folder], { bytesMax: 1024 * 1024 });
    expect(await createArchives(config).survey(wanted)).toMatchObject({
      ok: false,
      problem: { code: 'FILES_TOO_LARGE' },
    });
    // What grew since it was looked at.
    const { bytes, content } = await open(config);
    await expect(bytesOf(bytes)).rejects.toMatchObject({ problem: { code: 'FILES_TOO_LARGE' } });
    await expect(content).rejects.toMatchObject({ problem: { code: 'FILES_TOO_LARGE' } });
  });

  it('is never larger than its plan says', async () => {
    const at = join(folderOf(), 'noise');
    mkdirSync(at);
    for (let n = 0; n < 50; n += 1) {
      writeFileSync(join(at, `${n}`), crypto.getRandomValues(new Uint8Array(n * 600)));
    }
    const survey = await createArchives(configOf([at])).survey(wanted);
    const { archive } = await taken(configOf([at]));
    expect(survey.ok && survey.value.bytesAtMost).toBeGreaterThan(archive.length);
  });

  it('that is aborted ends, whether anybody reads it or not', async () => {
    const at = join(folderOf(), 'big');
    writeFileSync(at, Buffer.alloc(8 * 1024 * 1024, 'y'));
    const stopping = new AbortController();
    const reading = await open(configOf([at]), stopping.signal);
    const idle = await open(configOf([at]), stopping.signal);
    const parts = reading.bytes[Symbol.asyncIterator]();
    await parts.next();
    stopping.abort();
    await expect(bytesOf({ [Symbol.asyncIterator]: () => parts })).rejects.toThrow();
    await expect(reading.content).rejects.toThrow();
    await expect(idle.content).rejects.toThrow();
  });

  it('holds sizes and owners that a plain header cannot', () => {
    const header = headerOf({
      path: 'big',
      kind: 'file',
      mode: 0o644,
      uid: 3_000_000,
      gid: 4_000_000,
      mtime: 1,
      size: 9 * 1024 ** 3,
    });
    // It is only a header: tar misses the content behind it, and lists it before it says so.
    const { stdout: listed } = spawnSync('tar', ['-tvf', '-', '--numeric-owner'], {
      input: header,
      encoding: 'utf8',
    });
    expect(listed).toContain('3000000/4000000 9663676416');
  });
});

it('what Tocsin may not read is named, and there is no copy without it', async () => {
  const at = join(folderOf(), 'etc');
  mkdirSync(at);
  writeFileSync(join(at, 'key.pem'), 'secret');
  chmodSync(join(at, 'key.pem'), 0);
  const module = new URL('../../../src/integrations/files/index.ts', import.meta.url).pathname;
  const script = `
    const { createArchives } = await import(${JSON.stringify(module)});
    const archives = createArchives(${JSON.stringify(configOf([at]))});
    console.log(JSON.stringify(await archives.survey({ locator: {} })));`;
  // Root may read everything: somebody else has to ask.
  const other = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  chmodSync(join(at, '..'), 0o755);
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    ...other,
    encoding: 'utf8',
  });
  expect(JSON.parse(said)).toMatchObject({
    ok: false,
    problem: { code: 'FILES_UNREADABLE', facts: { path: join(at, 'key.pem'), why: 'EACCES' } },
  });
});
