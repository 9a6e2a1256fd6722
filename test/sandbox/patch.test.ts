import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from '../../src/sandbox/patch/json.ts';
import { applyMergePatch } from '../../src/sandbox/patch/merge.ts';
import { applyStrategicMergePatch } from '../../src/sandbox/patch/strategic.ts';

describe('a JSON patch', () => {
  const document = { a: { b: [1, 2, 3] }, 'x/y': 1, 'm~n': 2 };

  it('adds, moves and copies', () => {
    const patched = applyJsonPatch(document, [
      { op: 'add', path: '/a/b/1', value: 9 },
      { op: 'move', from: '/a/b/0', path: '/first' },
      { op: 'copy', from: '/a', path: '/c' },
    ]);
    expect(patched).toMatchObject({ a: { b: [9, 2, 3] }, first: 1, c: { b: [9, 2, 3] } });
  });

  it('reads escaped keys', () => {
    const patched = applyJsonPatch(document, [
      { op: 'replace', path: '/x~1y', value: 10 },
      { op: 'remove', path: '/m~0n' },
    ]);
    expect(patched).toEqual({ a: { b: [1, 2, 3] }, 'x/y': 10 });
  });

  it.each([
    { op: 'replace', path: '/missing', value: 1 },
    { op: 'remove', path: '/a/b/7' },
    { op: 'add', path: '/a/b/9', value: 1 },
    { op: 'test', path: '/x~1y', value: 2 },
    { op: 'copy', from: '/missing', path: '/c' },
    { op: 'paint', path: '/a' },
    { op: 'add', path: 'a', value: 1 },
    { op: 'add', path: '/new' },
  ])('refuses $op at $path with the server’s one sentence', (operation) => {
    expect(() => applyJsonPatch(document, [operation])).toThrow(
      'the server rejected our request due to an error in our request',
    );
  });

  it('leaves its target as it was', () => {
    applyJsonPatch(document, [{ op: 'remove', path: '/a/b/0' }]);
    expect(document.a.b).toEqual([1, 2, 3]);
  });
});

describe('a merge patch', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.string(), tie('object')),
    object: fc.dictionary(key, tie('value')),
  }));
  const objects = fc.dictionary(key, tree.value) as fc.Arbitrary<Record<string, never>>;

  it('applied twice is applied once', () => {
    fc.assert(
      fc.property(objects, objects, (target, patch) => {
        const once = applyMergePatch(target, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  it('of nothing changes nothing', () => {
    fc.assert(
      fc.property(objects, (target) => {
        expect(applyMergePatch(target, {})).toEqual(target);
      }),
    );
  });

  it('deletes with null', () => {
    expect(applyMergePatch({ a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: null } })).toEqual({
      b: { d: 3 },
    });
  });
});

describe('a strategic merge patch', () => {
  const containers = (...list: object[]) => JSON.parse(JSON.stringify({ containers: list }));

  it('merges ports by number and protocol', () => {
    const target = containers({
      name: 'dns',
      ports: [
        { containerPort: 53, protocol: 'UDP' },
        { containerPort: 53, protocol: 'TCP' },
      ],
    });
    const patch = containers({
      name: 'dns',
      ports: [{ containerPort: 53, protocol: 'TCP', name: 'dns-tcp' }],
    });
    expect(applyStrategicMergePatch(target, patch)).toEqual(
      containers({
        name: 'dns',
        ports: [
          { containerPort: 53, protocol: 'UDP' },
          { containerPort: 53, protocol: 'TCP', name: 'dns-tcp' },
        ],
      }),
    );
  });

  it('merges mounts by path and volumes by name', () => {
    const target = {
      volumes: [{ name: 'a', emptyDir: {} }],
      containers: [{ name: 'web', volumeMounts: [{ mountPath: '/a', name: 'a' }] }],
    };
    const patch = {
      volumes: [{ name: 'b', emptyDir: {} }],
      containers: [{ name: 'web', volumeMounts: [{ mountPath: '/a', name: 'b', readOnly: true }] }],
    };
    expect(applyStrategicMergePatch(target, patch)).toEqual({
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', emptyDir: {} },
      ],
      containers: [{ name: 'web', volumeMounts: [{ mountPath: '/a', name: 'b', readOnly: true }] }],
    });
  });

  it('replaces a whole list that says so', () => {
    const target = containers({ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' });
    const patch = containers({ $patch: 'replace' }, { name: 'c', image: 'c:1' });
    expect(applyStrategicMergePatch(target, patch)).toEqual(
      containers({ name: 'c', image: 'c:1' }),
    );
  });

  it('retains the keys it names and drops their siblings', () => {
    const target = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    const patch = { strategy: { $retainKeys: ['type'], type: 'Recreate' } };
    expect(applyStrategicMergePatch(target, patch)).toEqual({ strategy: { type: 'Recreate' } });
  });

  it('takes single values out of a set', () => {
    const target = { metadata: { finalizers: ['a', 'b'] } };
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c'] } };
    expect(applyStrategicMergePatch(target, patch)).toEqual({
      metadata: { finalizers: ['b', 'c'] },
    });
  });

  it('refuses an item without its merge key', () => {
    expect(() => applyStrategicMergePatch(containers(), containers({ image: 'a:1' }))).toThrow(
      'does not contain declared merge key: name',
    );
  });

  it('leaves its target as it was', () => {
    const target = containers({ name: 'a', image: 'a:1' });
    applyStrategicMergePatch(target, containers({ name: 'a', image: 'a:2' }));
    expect(target).toEqual(containers({ name: 'a', image: 'a:1' }));
  });
});
