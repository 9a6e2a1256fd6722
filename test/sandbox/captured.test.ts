// Bodies captured from real servers lie beside the repository on some machines. Where they do, the
// sandbox has to answer the same; where they do not, these tests are skipped.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  equal,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
} from '../../src/sandbox/json.ts';
import { deploymentPath, jsonPatch, merge, startWorld, strategic, type World } from './world.ts';

const root = new URL('../../../shared/fixtures/k8s-captured/', import.meta.url);
const versions = existsSync(root) ? readdirSync(root) : [];

describe.skipIf(versions.length > 0)('captured bodies of real servers', () => {
  it.skip('are what the sandbox answers (no captured bodies beside the repository)');
});

for (const version of versions) {
  describe(`what a real ${version} server answers`, () => {
    let world: World;
    let setsBeforeUndo: JsonObject = {};
    const captured = (name: string) => {
      const file = new URL(`${version}/${name}`, root);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    };
    const path = deploymentPath('web', 'default');

    beforeAll(async () => {
      const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
      const user = { name: 'chatops-bot', token: 'chatops', rules: [rule] };
      world = await startWorld({ users: [user], nodes: 3 });
      setsBeforeUndo = await replay(world);
    });
    afterAll(() => world.stop());

    /** The captured text files hold a body and, on the last line, its code. */
    function expected(name: string): { code: number; body: Json } | undefined {
      const text = captured(name)?.trim();
      if (text === undefined) return undefined;
      const cut = text.lastIndexOf('\n');
      return { code: Number(text.slice(cut)), body: JSON.parse(text.slice(0, cut)) };
    }

    const errors: [file: string, ask: () => ReturnType<World['ask']>][] = [
      ['notfound-404.txt', () => world.ask(deploymentPath('nope', 'default'))],
      ['rbac-403.txt', () => world.ask(path, { token: 'chatops' })],
      ['unauth-401.txt', () => world.ask(path, { token: 'nobody' })],
      [
        'scale-negative-422.txt',
        () =>
          world.ask(`${path}/scale`, {
            method: 'PATCH',
            headers: merge,
            body: { spec: { replicas: -1 } },
          }),
      ],
      [
        'stale-jsonpatch.txt',
        () =>
          world.ask(path, {
            method: 'PATCH',
            headers: jsonPatch,
            body: [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }],
          }),
      ],
      [
        'stale-mergepatch-409.txt',
        () =>
          world.ask(path, {
            method: 'PATCH',
            headers: merge,
            body: { metadata: { resourceVersion: '1' } },
          }),
      ],
    ];
    for (const [file, ask] of errors) {
      it.skipIf(captured(file) === undefined)(`${file} is the same to the letter`, async () => {
        const { code, body } = await ask();
        expect({ code, body }).toEqual(expected(file));
      });
    }

    it.skipIf(captured('scale-get.txt') === undefined)('a Scale has the same fields', async () => {
      const { body } = await world.ask(`${path}/scale`);
      expect(fieldsOf(body)).toEqual(fieldsOf(expected('scale-get.txt')?.body ?? null));
    });

    it('a Deployment whose rollout is past its deadline is the same but for names and times', async () => {
      const real: JsonObject = JSON.parse(captured('deployment-progress-deadline.json') ?? '{}');
      const { body } = await world.ask(path);
      expect(anonymous(objectAt(body, 'status'))).toEqual(anonymous(objectAt(real, 'status')));
      expect(anonymous(objectAt(body, 'spec'))).toEqual(anonymous(objectAt(real, 'spec')));
      const annotations = (of: JsonObject) => objectAt(of, 'metadata', 'annotations') ?? {};
      const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...kept } = annotations(real);
      expect(annotations(body)).toEqual(kept);
      expect(objectAt(body, 'metadata')?.['generation']).toBe(
        objectAt(real, 'metadata')?.['generation'],
      );
    });

    it.skipIf(captured('replicasets.json') === undefined)(
      'the ReplicaSets left behind bear the same revisions and sizes',
      () => {
        const real: JsonObject = JSON.parse(captured('replicasets.json') ?? '{}');
        const shown = summaries(setsBeforeUndo);
        for (const summary of summaries(real)) expect(shown).toContainEqual(summary);
      },
    );

    it('pods have every field the real ones have', async () => {
      const { body } = await world.ask('/api/v1/namespaces/default/pods');
      const real: JsonObject = JSON.parse(captured('pods-imagepullbackoff.json') ?? '{}');
      const missing = [...unionOf(real)].filter((field) => !unionOf(body).has(field));
      // The scheduler's and the server's own admission plugins add these; nothing here reads them.
      const notEmulated =
        /^(apiVersion|kind|spec\.(tolerations|enableServiceLinks|preemptionPolicy|priority))/;
      expect(missing.filter((field) => !notEmulated.test(field))).toEqual([]);
    });

    it('a ControllerRevision holds the same', async () => {
      const { body } = await world.ask('/apis/apps/v1/namespaces/default/controllerrevisions');
      const real: JsonObject = JSON.parse(captured('controllerrevisions.json') ?? '{}');
      const [ours] = listAt(body, 'items') ?? [];
      const [theirs] = listAt(real, 'items') ?? [];
      expect(withoutNulls(objectAt(ours, 'data'))).toEqual(withoutNulls(objectAt(theirs, 'data')));
      const labels = (of: Json | undefined) =>
        Object.keys(objectAt(of, 'metadata', 'labels') ?? {});
      expect(labels(ours)).toEqual(labels(theirs));
    });
  });
}

/** The story the bodies were captured from: three images, a way back, a restart, a bad image. */
async function replay(world: World): Promise<JsonObject> {
  const path = deploymentPath('web', 'default');
  const annotate = (cause: string) => ({
    metadata: { annotations: { 'kubernetes.io/change-cause': cause } },
  });
  const image = (name: string) => ({
    spec: { template: { spec: { containers: [{ name: 'web', image: name }] } } },
  });
  async function patch(body: object): Promise<void> {
    const { code, text } = await world.ask(path, { method: 'PATCH', headers: strategic, body });
    if (code !== 200) throw new Error(text);
    world.clock.advance(3_000);
  }
  const deployment = {
    metadata: { name: 'web', annotations: { 'kubernetes.io/change-cause': 'v1' } },
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 6,
      revisionHistoryLimit: 5,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'app:1', ports: [{ containerPort: 80 }] }] },
      },
    },
  };
  const collection = '/apis/apps/v1/namespaces/default/deployments';
  await world.ask(collection, { method: 'POST', body: deployment });
  world.clock.advance(3_000);
  await patch(image('app:2'));
  await patch(annotate('v2'));
  await patch(image('app:3'));
  await patch(annotate('v3'));
  const { body: sets } = await world.ask('/apis/apps/v1/namespaces/default/replicasets');
  await patch(image('app:1'));
  await patch({ spec: { replicas: 5 } });
  const restartedAt = '2026-11-20T10:22:11Z';
  const annotations = { 'kubectl.kubernetes.io/restartedAt': restartedAt };
  await patch({ spec: { template: { metadata: { annotations } } } });
  await patch(image('bad:9'));
  world.clock.advance(10_000);
  world.sandbox.seed.statefulSet({
    namespace: 'default',
    name: 'db',
    image: 'db:1',
    replicas: 2,
    spec: { template: { spec: { containers: [{ name: 'db', image: 'db:1' }] } } },
  });
  world.clock.advance(5_000);
  return sets;
}

function summaries(list: JsonObject): Json[] {
  return (listAt(list, 'items') ?? []).map((item) => {
    const annotations = { ...objectAt(item, 'metadata', 'annotations') };
    const containers = listAt(item, 'spec', 'template', 'spec', 'containers') ?? [];
    const { observedGeneration: _, ...status } = objectAt(item, 'status') ?? {};
    return {
      annotations,
      image: objectAt(containers[0])?.['image'] ?? '',
      replicas: objectAt(item, 'spec')?.['replicas'] ?? 0,
      status,
    };
  });
}

/** Names with a hash in them and times differ from run to run; nothing else may. */
function anonymous(value: Json | undefined): Json {
  const text = JSON.stringify(withoutNulls(value ?? null))
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replaceAll(/web-[a-z0-9]+/g, 'web-HASH');
  return JSON.parse(text);
}

/** 1.20 still wrote `creationTimestamp: null` into every template. */
function withoutNulls(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value ?? null;
  const kept = Object.entries(value).filter(([, member]) => !equal(member, null));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member)]));
}

function unionOf(list: JsonObject): Set<string> {
  const fields = (listAt(list, 'items') ?? []).flatMap((item) => fieldsOf(withoutManaged(item)));
  return new Set(fields);
}

function withoutManaged(item: Json): Json {
  if (!isObject(item)) return item;
  const { managedFields: _, ...metadata } = objectAt(item, 'metadata') ?? {};
  return { ...item, metadata };
}

/** Every path of keys, lists taken as one item. */
function fieldsOf(value: Json, path = ''): string[] {
  if (Array.isArray(value)) {
    return [...new Set(value.flatMap((item) => fieldsOf(item, `${path}[]`)))];
  }
  if (!isObject(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value)
    .flatMap(([key, member]) => fieldsOf(member, path === '' ? key : `${path}.${key}`))
    .sort();
}
