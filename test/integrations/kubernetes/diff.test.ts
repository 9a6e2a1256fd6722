import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/core/operation/plan.ts';
import { diffOf } from '../../../src/integrations/kubernetes/diff.ts';
import { keyedDigest } from '../../../src/integrations/kubernetes/template.ts';
import { digestKey } from './world.ts';

const options = { digest: keyedDigest(digestKey), show: [] as readonly string[] };
const hidden = /^hidden [0-9a-f]{8}$/;

function podDiff(from: object, to: object, show: readonly string[] = []): readonly Change[] {
  const workload = (spec: object) => ({ spec: { template: { spec } } });
  return diffOf(workload(from), workload(to), { ...options, show });
}

const container = (more: object) => ({ containers: [{ name: 'web', ...more }] });
const prefix = 'spec.template.spec.containers[web]';

describe('a diff', () => {
  it('names every path, by the name of the list member and not by its place', () => {
    const from = { containers: [{ name: 'web', image: 'web:1' }] };
    const to = {
      containers: [
        { name: 'proxy', image: 'proxy:1' },
        { name: 'web', image: 'web:2' },
      ],
    };
    expect(podDiff(from, to)).toEqual([
      { path: `${prefix}.image`, what: 'changed', from: 'web:1', to: 'web:2' },
      { path: 'spec.template.spec.containers[proxy].image', what: 'added', to: 'proxy:1' },
    ]);
  });

  it('is empty for equal objects in another order', () => {
    expect(podDiff({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toEqual([]);
  });

  it.each<[string, object, object]>([
    [
      'an env value',
      { env: [{ name: 'MODE', value: 'canary-1' }] },
      { env: [{ name: 'MODE', value: 'canary-2' }] },
    ],
    ['an argument', { args: ['--x=canary-1'] }, { args: ['--x=canary-2'] }],
    ['a command', { command: ['sh', 'canary-1'] }, { command: ['sh', 'canary-2'] }],
    [
      'the command of a probe',
      { livenessProbe: { exec: { command: ['canary-1'] } } },
      { livenessProbe: { exec: { command: ['canary-2'] } } },
    ],
    [
      'a header of a probe',
      { livenessProbe: { httpGet: { httpHeaders: [{ name: 'X-A', value: 'canary-1' }] } } },
      { livenessProbe: { httpGet: { httpHeaders: [{ name: 'X-A', value: 'canary-2' }] } } },
    ],
    ['a key that looks secret', { apiToken: 'canary-1' }, { apiToken: 'canary-2' }],
    ['a value that looks secret', { note: 'password=canary-1' }, { note: 'password=canary-2' }],
  ])('tells that %s changed and not what it is', (_what, from, to) => {
    const changes = podDiff(container(from), container(to));
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ what: 'changed' });
    expect(changes[0]?.from).toMatch(hidden);
    expect(changes[0]?.to).toMatch(hidden);
    expect(changes[0]?.from).not.toBe(changes[0]?.to);
    expect(JSON.stringify(changes)).not.toContain('canary');
  });

  it('shows the env values and annotations the service lists, and no other', () => {
    const env = (mode: string, secret: string) =>
      container({
        env: [
          { name: 'MODE', value: mode },
          { name: 'PW', value: secret },
        ],
      });
    const [mode, secret] = podDiff(env('a', 'x'), env('b', 'y'), ['MODE']);
    expect(mode).toEqual({
      path: `${prefix}.env[MODE].value`,
      what: 'changed',
      from: 'a',
      to: 'b',
    });
    expect(secret?.to).toMatch(hidden);
    const annotated = (value: string) => ({
      metadata: { annotations: { owner: value, note: value } },
    });
    const [owner, note] = diffOf(annotated('ana'), annotated('ben'), {
      ...options,
      show: ['owner'],
    });
    expect(owner?.to).toBe('ben');
    expect(note?.to).toMatch(hidden);
  });

  it('shows where a secret comes from, which is a name', () => {
    const from = container({
      env: [{ name: 'PW', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }],
    });
    const to = container({
      env: [{ name: 'PW', valueFrom: { secretKeyRef: { name: 'db', key: 'b' } } }],
    });
    const path = `${prefix}.env[PW].valueFrom.secretKeyRef.key`;
    expect(podDiff(from, to)).toEqual([{ path, what: 'changed', from: 'a', to: 'b' }]);
  });

  it('leaves out status, bookkeeping and the last applied configuration', () => {
    const object = (text: string) => ({
      metadata: {
        resourceVersion: text,
        generation: text,
        managedFields: [text],
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': text,
          'tocsin.dev/operation': text,
        },
      },
      status: { text },
    });
    expect(diffOf(object('a'), object('b'), options)).toEqual([]);
  });

  it('gives one value another digest on another object or path, so that none can be looked up', () => {
    const of = (uid: string, name: string) =>
      diffOf(
        { metadata: { uid, annotations: {} } },
        { metadata: { uid, annotations: { [name]: 'same' } } },
        options,
      )[0]?.to;
    expect(new Set([of('1', 'a'), of('2', 'a'), of('1', 'b')]).size).toBe(3);
    expect(of('1', 'a')).toBe(of('1', 'a'));
  });

  it('tells of an empty map by what fills it', () => {
    const path = 'spec.template.spec.nodeSelector.disk';
    expect(podDiff({ nodeSelector: {} }, { nodeSelector: { disk: 'ssd' } })).toEqual([
      { path, what: 'added', to: 'ssd' },
    ]);
  });

  it('cuts a long value', () => {
    const [change] = podDiff({ note: 'a' }, { note: 'lorem ipsum '.repeat(50) });
    expect(change?.to?.length).toBe(160);
  });
});
