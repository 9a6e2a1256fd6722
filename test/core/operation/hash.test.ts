import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, planHash, typedHashLength } from '../../../src/core/operation/hash.ts';
import type { Plan } from '../../../src/core/operation/plan.ts';
import { plan, sha256, step } from './sample.ts';

describe('canonical bytes', () => {
  it('sort their keys by code unit, at every depth, and hold no white space', () => {
    expect(canonical({ b: 1, a: { d: [true, null, 'x y'], C: 2 }, _: 0, Z: 0 })).toBe(
      '{"Z":0,"_":0,"a":{"C":2,"d":[true,null,"x y"]},"b":1}',
    );
  });

  it('do not depend on the order in which an object was written', () => {
    fc.assert(
      fc.property(json(), (value) => {
        expect(canonical(shuffled(value))).toBe(canonical(value));
      }),
    );
  });

  it('are JSON that says the same thing again', () => {
    fc.assert(
      fc.property(json(), (value) => {
        expect(canonical(JSON.parse(canonical(value)))).toBe(canonical(value));
      }),
    );
  });

  it('differ where values differ', () => {
    fc.assert(
      fc.property(json(), json(), (one, other) => {
        expect(canonical(one) === canonical(other)).toBe(
          JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)),
        );
      }),
    );
  });

  it('spell minus zero as zero', () => {
    expect(canonical([-0, 0])).toBe('[0,0]');
  });

  it('keep unicode as it is: no normalisation joins two names', () => {
    expect(canonical('é')).toBe('"é"');
    expect(canonical('e\u0301')).not.toBe(canonical('\u00e9'));
    expect(canonical('🔔')).toBe('"🔔"');
    expect(canonical('"\\\n\u0000')).toBe('"\\"\\\\\\n\\u0000"');
  });

  it('leave out a field that is undefined, and read like one that is absent', () => {
    expect(canonical({ path: 'image', from: undefined })).toBe(canonical({ path: 'image' }));
  });

  const refused: readonly (readonly [string, unknown])[] = [
    ['a fraction', 1.5],
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['an integer too large to be exact', 2 ** 53],
    ['half of a surrogate pair', 'bell \ud83d'],
    ['the other half', '\udd14'],
    ['half of a pair in a key', { '\ud83d': 1 }],
    ['undefined in a list', [undefined]],
    ['a hole in a list', new Array(1)],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a date', new Date(0)],
    ['a map', new Map([['a', 1]])],
    ['a class', new (class Empty {})()],
    ['bytes', new Uint8Array(2)],
  ];
  it.each(refused)('refuse %s, wherever it stands', (_, value) => {
    for (const wrapped of [value, [value], { a: value }, { a: [{ b: value }] }]) {
      expect(() => canonical(wrapped)).toThrow(TypeError);
    }
  });

  it.each([
    [1.5, 'a plan holds the number 1.5'],
    ['bell \ud83d', 'a plan holds a string that is not well formed'],
    [[undefined], 'a plan holds a undefined that JSON does not know'],
    [1n, 'a plan holds a bigint that JSON does not know'],
    [new Date(0), 'a plan holds a object that JSON does not know'],
  ])('say what they refuse: %o', (value, words) => {
    expect(() => canonical({ a: value })).toThrow(new TypeError(words));
  });

  it('are those of a plain value: words, lists and nothing each in its own spelling', () => {
    expect([null, true, false, -7, '', [], {}].map(canonical)).toEqual([
      'null',
      'true',
      'false',
      '-7',
      '""',
      '[]',
      '{}',
    ]);
    expect(canonical([1, [2, 3], { a: [] }])).toBe('[1,[2,3],{"a":[]}]');
  });

  it('refuse undefined where no field could be absent', () => {
    expect(() => canonical(undefined)).toThrow(TypeError);
    expect(() => canonical({ a: [1, undefined] })).toThrow(TypeError);
  });

  it('take an object that has no prototype', () => {
    expect(canonical(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });
});

describe("a plan's hash", () => {
  const rich = plan({
    risk: 'danger',
    steps: [
      step('s1', {
        critical: false,
        params: { replicas: 6, revision: 'abc', force: false },
        onFailure: { compensate: [step('c1', { undo: 'irreversible' })] },
      }),
      step('s2', { guard: 'unguarded' }),
    ],
    warnings: [{ code: 'HPA_WILL_UNDO', facts: { hpa: 'checkout' } }],
  });

  it('is 64 hex characters, of which a person types ten', () => {
    expect(planHash(rich, sha256)).toMatch(/^[0-9a-f]{64}$/);
    expect(typedHashLength).toBe(10);
  });

  it('is the same for the same plan, however it was put together', () => {
    expect(planHash(shuffled(rich) as Plan, sha256)).toBe(planHash(rich, sha256));
  });

  const leaves = leavesOf(rich);

  it('is tried below on every leaf of a plan with two steps', () => {
    expect(leaves.length).toBeGreaterThan(90);
  });

  it.each(leaves.map((path) => [path.join('.'), path] as const))('covers %s', (_, path) => {
    const original = planHash(rich, sha256);
    expect(planHash(changedAt(rich, path) as Plan, sha256)).not.toBe(original);
    expect(planHash(without(rich, path) as Plan, sha256)).not.toBe(original);
  });

  it('covers the order of steps, diff lines and targets', () => {
    const reversed = { ...rich, steps: rich.steps.toReversed() };
    expect(planHash(reversed, sha256)).not.toBe(planHash(rich, sha256));
  });

  it('covers a step more and a field more', () => {
    expect(planHash({ ...rich, steps: [...rich.steps, step('s3')] }, sha256)).not.toBe(
      planHash(rich, sha256),
    );
    expect(planHash({ ...rich, extra: 1 } as Plan, sha256)).not.toBe(planHash(rich, sha256));
  });

  it('has a field for everything that the approver agrees to', () => {
    expect(Object.keys(rich).sort()).toEqual(
      'blast diff environment expiresAt format line nonce operation policy reason requester risk service steps targets verb warnings'.split(
        ' ',
      ),
    );
  });
});

type Path = readonly (string | number)[];

function json(): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed()),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  }))['value'] as fc.Arbitrary<unknown>;
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, shuffled(inner)]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([name, inner]) => [name, sorted(inner)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .concat([['{}', 'an object']]);
}

function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  if (Array.isArray(value))
    return value.flatMap((inner, index) => leavesOf(inner, [...path, index]));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}

function changedAt(value: unknown, path: Path): unknown {
  return edited(value, path, (leaf) => {
    if (typeof leaf === 'number') return leaf + 1;
    if (typeof leaf === 'boolean') return !leaf;
    return `${String(leaf)} `;
  });
}

function without(value: unknown, path: Path): unknown {
  return edited(value, path, () => undefined);
}

function edited(value: unknown, path: Path, edit: (leaf: unknown) => unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return edit(value);
  if (Array.isArray(value)) {
    return value.map((inner, index) => (index === head ? edited(inner, rest, edit) : inner));
  }
  return Object.fromEntries(
    Object.entries(value as object).map(([name, inner]) => [
      name,
      name === head ? edited(inner, rest, edit) : inner,
    ]),
  );
}
