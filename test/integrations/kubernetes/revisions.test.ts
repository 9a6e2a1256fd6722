import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WorkloadSeed } from '../../../src/sandbox/seed.ts';
import {
  codeOf,
  createWorld,
  daemonSet,
  follow,
  run,
  statefulSet,
  stepOf,
  type World,
} from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

interface Case {
  readonly locator: typeof statefulSet;
  readonly path: string;
  readonly of: Pick<WorkloadSeed, 'namespace' | 'name' | 'replicas'>;
  seed(seed: WorkloadSeed): void;
}

const cases: readonly (readonly [string, () => Case])[] = [
  [
    'StatefulSet',
    () => ({
      locator: statefulSet,
      path: '/apis/apps/v1/namespaces/shop/statefulsets/cart',
      of: { namespace: 'shop', name: 'cart', replicas: 2 },
      seed: (seed) => world.sandbox.seed.statefulSet(seed),
    }),
  ],
  [
    'DaemonSet',
    () => ({
      locator: daemonSet,
      path: '/apis/apps/v1/namespaces/shop/daemonsets/agent',
      of: { namespace: 'shop', name: 'agent' },
      seed: (seed) => world.sandbox.seed.daemonSet(seed),
    }),
  ],
];

describe.each(cases)('a rollback of a %s', (_kind, prepare) => {
  async function deployed(more: Partial<WorkloadSeed> = {}): Promise<Case> {
    const made = prepare();
    made.seed({ ...made.of, image: 'shop/it:1' });
    await world.clock.advanceAsync(20_000);
    const good = await world.admin('GET', made.path);
    goodTemplate = (good['spec'] as { template: unknown }).template;
    made.seed({ ...made.of, ...bad, ...more });
    await world.clock.advanceAsync(20_000);
    return made;
  }
  let goodTemplate: unknown;

  it('leaves the template of the revision before, whole, and nothing else changed', async () => {
    const { locator, path } = await deployed();
    const before = await world.admin('GET', path);
    const step = stepOf(await world.draft('rollback', {}, { locator }));
    const ran = await run(world, step);
    expect(ran.applied?.outcome).toBe('applied');
    const after = await world.admin('GET', path);
    expect(after['spec']).toEqual({ ...(before['spec'] as object), template: goodTemplate });
    const marked = { 'tocsin.dev/operation': 'op-1/s1/1' };
    expect(annotationsOf(after)).toEqual({ ...annotationsOf(before), ...marked });
    expect((await follow(world, step, ran)).state).toBe('done');
  });

  it('is a patch that the server refuses for an object that moved', async () => {
    const { locator, path } = await deployed();
    await run(world, stepOf(await world.draft('rollback', {}, { locator })));
    const sent = world.sandbox.ledger.applied({ fieldManager: 'tocsin' });
    expect(sent).toMatchObject([
      { method: 'PATCH', path, contentType: 'application/strategic-merge-patch+json' },
    ]);
  });

  it('comes back by its undo', async () => {
    const { locator, path } = await deployed();
    const before = await world.admin('GET', path);
    const step = stepOf(await world.draft('rollback', {}, { locator }));
    await follow(world, step, await run(world, step));
    if (step.undo === 'irreversible') throw new Error('no undo');
    const back = { ...step, ...step.undo, preconditions: step.postconditions, postconditions: {} };
    expect((await run(world, back, 'op-2')).applied?.outcome).toBe('applied');
    expect((await world.admin('GET', path))['spec']).toEqual(before['spec']);
  });

  it('is stale once the template is another one', async () => {
    const made = await deployed();
    const step = stepOf(await world.draft('rollback', {}, { locator: made.locator }));
    made.seed({ ...made.of, image: 'shop/it:3' });
    expect(await run(world, step)).toMatchObject({
      checked: 'PLAN_STALE',
      facts: { field: 'template' },
    });
  });

  it('says when pods change only once deleted', async () => {
    const { locator } = await deployed({
      spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } },
    });
    const draft = await world.draft('rollback', {}, { locator });
    expect(draft.ok && draft.warnings.map((warning) => warning.code)).toContain('K8S_ON_DELETE');
    const step = stepOf(draft);
    expect(await follow(world, step, await run(world, step))).toMatchObject({
      state: 'done',
      progress: { what: 'template set; pods change when deleted' },
    });
  });
});

describe('a StatefulSet', () => {
  async function cart(spec: WorkloadSeed['spec'] = {}, image = 'shop/cart:2'): Promise<void> {
    const of = { namespace: 'shop', name: 'cart', replicas: 3, spec };
    world.sandbox.seed.statefulSet({ ...of, image: 'shop/cart:1' });
    await world.clock.advanceAsync(20_000);
    world.sandbox.seed.statefulSet({ ...of, image });
    await world.clock.advanceAsync(20_000);
  }

  it('with a partition says how many pods change, and is done with those', async () => {
    await cart({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    const draft = await world.draft('rollback', {}, { locator: statefulSet });
    expect(draft.ok && draft.warnings).toMatchObject([
      { code: 'K8S_PARTITION', facts: { partition: 2, replicas: 3, changing: 1 } },
    ]);
    const step = stepOf(draft);
    expect((await follow(world, step, await run(world, step))).state).toBe('done');
  });

  it('with a broken pod warns that a rollback alone may not be enough', async () => {
    await cart({}, 'shop/cart:2-bad');
    const draft = await world.draft('rollback', {}, { locator: statefulSet });
    expect(draft.ok && draft.warnings.map((warning) => warning.code)).toContain(
      'K8S_FORCED_ROLLBACK',
    );
  });

  it('scales', async () => {
    await cart();
    const step = stepOf(await world.draft('scale', { replicas: 5 }, { locator: statefulSet }));
    expect(await follow(world, step, await run(world, step))).toMatchObject({
      state: 'done',
      progress: { done: 5, of: 5 },
    });
  });
});

describe('a DaemonSet', () => {
  it('does not scale', async () => {
    world.sandbox.seed.daemonSet({ namespace: 'shop', name: 'agent', image: 'shop/agent:1' });
    const draft = await world.draft('scale', { replicas: 5 }, { locator: daemonSet });
    expect(codeOf(draft)).toBe('K8S_NOT_SCALABLE');
  });
});

const bad = {
  image: 'shop/it:2',
  podLabels: { tier: 'experimental' },
  podSpec: {
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    volumes: [{ name: 'cache', emptyDir: {} }],
    initContainers: [{ name: 'warm', image: 'busybox:1', command: ['true'] }],
  },
};

function annotationsOf(object: Record<string, unknown>): Record<string, string> {
  return (object['metadata'] as { annotations?: Record<string, string> }).annotations ?? {};
}
