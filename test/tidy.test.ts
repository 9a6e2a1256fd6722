import { describe, expect, it } from 'vitest';
import { codeRules } from './tidy/code-rules.ts';
import { exceptions } from './tidy/exceptions.ts';
import { importRule } from './tidy/layers.ts';
import type { Rule } from './tidy/rule.ts';
import { shapeRules } from './tidy/shape-rules.ts';
import { type SourceFile, sourceFile } from './tidy/source.ts';
import { filesOf, textOf } from './tidy/tree.ts';

const rules: readonly Rule[] = [importRule, ...codeRules, ...shapeRules];

const text = /\.(?:ts|js|mjs|cjs|css|html|json|jsonc|md|yaml|yml|sh)$|^Dockerfile$|^\.ci\/run$/;
const generated = /^(?:package-lock\.json$|test\/fixtures\/)/;

const files: readonly SourceFile[] = filesOf()
  .filter((path) => text.test(path) && !generated.test(path))
  .map((path) =>
    /\.(?:ts|js|mjs|cjs)$/.test(path)
      ? sourceFile(path, textOf(path))
      : { path, text: textOf(path), code: '', strings: [], comments: [] },
  );

describe.each(rules)('rule: $name', (rule) => {
  it('holds in every file', () => {
    const broken = files
      .filter((file) => rule.appliesTo(file.path) && !isExcepted(rule, file.path))
      .flatMap((file) => rule.check(file).map(({ line, what }) => `${file.path}:${line} ${what}`));
    expect(broken, rule.because).toEqual([]);
  });

  it('bites every file that breaks it', () => {
    const missed = rule.bites.filter(({ path, text: bad }) => !bitesInto(rule, path, bad));
    expect(rule.bites.length).toBeGreaterThan(0);
    expect(missed).toEqual([]);
  });

  it('spares every file that only looks like it', () => {
    expect(rule.spares.filter(({ path, text: good }) => bitesInto(rule, path, good))).toEqual([]);
  });
});

describe('the exceptions', () => {
  it('are still needed, each one', () => {
    const idle = exceptions.filter(({ rule: name, path }) => {
      const rule = rules.find((one) => one.name === name);
      return !files.some((file) => covers(path, file.path) && rule?.check(file).length);
    });
    expect(idle).toEqual([]);
  });

  it('say why', () => {
    expect(exceptions.filter(({ why }) => why.length < 20)).toEqual([]);
  });
});

function isExcepted(rule: Rule, path: string): boolean {
  return exceptions.some((one) => one.rule === rule.name && covers(one.path, path));
}

function covers(excepted: string, path: string): boolean {
  return excepted === path || (excepted.endsWith('/') && path.startsWith(excepted));
}

function bitesInto(rule: Rule, path: string, content: string): boolean {
  return rule.appliesTo(path) && rule.check(sourceFile(path, content)).length > 0;
}
