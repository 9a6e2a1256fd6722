import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploymentPath, jsonPatch, startWorld, type World } from './world.ts';

describe('what images do', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  function run(image: string, replicas = 1): void {
    world.sandbox.seed.deployment({ namespace: 'shop', name: 'web', image, replicas });
  }
  function pod() {
    const [first] = world.sandbox.list('pods', 'shop');
    if (!first) throw new Error('there is no pod');
    return first;
  }
  const container = () => pod().status.containerStatuses?.[0];
  const reasons = () => new Set(world.sandbox.list('events', 'shop').map((each) => each.reason));

  it('a good one becomes ready', () => {
    run('app:1');
    world.clock.advance(2_000);
    expect(pod().status.phase).toBe('Running');
    expect(container()).toMatchObject({ ready: true, restartCount: 0 });
    expect(reasons()).toEqual(
      new Set([
        'ScalingReplicaSet',
        'SuccessfulCreate',
        'Scheduled',
        'Pulled',
        'Created',
        'Started',
      ]),
    );
  });

  it('one that cannot be pulled backs off', () => {
    run('bad:9');
    world.clock.advance(2_000);
    expect(pod().status.phase).toBe('Pending');
    expect(container()).toMatchObject({
      ready: false,
      state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "bad:9"' } },
    });
  });

  it('one that cannot be pulled starts once it can be', () => {
    run('bad:9');
    world.clock.advance(2_000);
    world.sandbox.images.set('bad:9', {});
    world.clock.advance(15_000);
    expect(container()).toMatchObject({ ready: true });
  });

  it('one that crashes backs off longer each time', () => {
    run('app:crash');
    world.clock.advance(3_000);
    const early = container()?.restartCount ?? 0;
    expect(early).toBeGreaterThanOrEqual(1);
    world.clock.advance(60_000);
    const status = container();
    expect(status?.restartCount).toBeGreaterThan(early);
    expect(status?.restartCount).toBeLessThan(20);
    expect(status?.lastState.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
  });

  it('one that crashes tells why in its log', async () => {
    run('app:crash');
    world.clock.advance(3_000);
    const path = `/api/v1/namespaces/shop/pods/${pod().metadata.name}/log`;
    expect((await world.ask(path)).text).toContain('TAX_TABLE_URL is not set');
    expect((await world.ask(`${path}?tailLines=1`)).text.trim().split('\n')).toHaveLength(1);
    expect((await world.ask(`${path}?previous=true`)).code).toBe(200);
    const other = await world.ask(`${path}?container=other`);
    expect(other.code).toBe(400);
  });

  it('one that cannot be pulled has no log', async () => {
    run('bad:9');
    world.clock.advance(2_000);
    const { code, body } = await world.ask(
      `/api/v1/namespaces/shop/pods/${pod().metadata.name}/log`,
    );
    expect(code).toBe(400);
    expect(body['message']).toBe(
      `container "web" in pod "${pod().metadata.name}" is waiting to start: trying and failing to pull image`,
    );
  });

  it('one that flaps moves the Deployment’s version about ten times a second', () => {
    run('app:flap', 3);
    world.clock.advance(5_000);
    const seen = new Set<string | undefined>();
    for (let step = 0; step < 100; step += 1) {
      world.clock.advance(10);
      seen.add(world.sandbox.get('deployments', 'shop', 'web')?.metadata.resourceVersion);
    }
    expect(seen.size).toBeGreaterThanOrEqual(8);
    expect(world.sandbox.get('deployments', 'shop', 'web')?.metadata.generation).toBe(1);
  });

  it('a flapping rollout can still be replaced by a PUT that reads first', async () => {
    run('app:1', 3);
    world.clock.advance(2_000);
    run('app:flap', 3);
    world.clock.advance(3_000);
    const read = await world.ask(deploymentPath('web'));
    const stale = structuredClone(read.body);
    world.clock.advance(500);
    expect((await world.ask(deploymentPath('web'), { method: 'PUT', body: stale })).code).toBe(409);
    const fresh = await world.ask(deploymentPath('web'));
    const text = JSON.stringify(fresh.body).replaceAll('app:flap', 'app:1');
    const put = await world.ask(deploymentPath('web'), { method: 'PUT', body: JSON.parse(text) });
    expect(put.code).toBe(200);
    world.clock.advance(5_000);
    expect(world.sandbox.get('deployments', 'shop', 'web')?.status).toMatchObject({
      availableReplicas: 3,
      updatedReplicas: 3,
    });
  });

  it('a slow one is not available before it is ready', () => {
    run('app:slow');
    world.clock.advance(3_000);
    const status = () => world.sandbox.get('deployments', 'shop', 'web')?.status;
    expect(status()?.availableReplicas ?? 0).toBe(0);
    world.clock.advance(4_000);
    expect(status()?.availableReplicas).toBe(1);
  });
});

describe('a workload controller', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({ nodes: 3 });
  });
  afterEach(() => world.stop());
  const imagesOf = () =>
    world.sandbox
      .list('pods', 'shop')
      .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))
      .map((each) => each.spec.containers[0]?.image);

  it('leaves a StatefulSet with a broken pod stuck until that pod is deleted', async () => {
    const seed = { namespace: 'shop', name: 'db', replicas: 3 };
    world.sandbox.seed.statefulSet({ ...seed, image: 'db:1' });
    world.clock.advance(5_000);
    world.sandbox.seed.statefulSet({ ...seed, image: 'db:2-crash' });
    world.clock.advance(5_000);
    expect(imagesOf()).toEqual(['db:1', 'db:1', 'db:2-crash']);
    world.sandbox.seed.statefulSet({ ...seed, image: 'db:1' });
    world.clock.advance(60_000);
    expect(imagesOf()).toEqual(['db:1', 'db:1', 'db:2-crash']);
    await world.ask('/api/v1/namespaces/shop/pods/db-2', { method: 'DELETE' });
    world.clock.advance(5_000);
    expect(imagesOf()).toEqual(['db:1', 'db:1', 'db:1']);
    expect(world.sandbox.get('statefulsets', 'shop', 'db')?.status).toMatchObject({
      readyReplicas: 3,
      updatedReplicas: 3,
    });
  });

  it('heals a DaemonSet by going back, broken pods first', () => {
    const seed = { namespace: 'shop', name: 'agent' };
    world.sandbox.seed.daemonSet({ ...seed, image: 'agent:1' });
    world.clock.advance(5_000);
    world.sandbox.seed.daemonSet({ ...seed, image: 'agent:2-crash' });
    world.clock.advance(5_000);
    expect(imagesOf().filter((image) => image === 'agent:2-crash')).toHaveLength(1);
    expect(world.sandbox.get('daemonsets', 'shop', 'agent')?.status).toMatchObject({
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 1,
      numberUnavailable: 1,
    });
    world.sandbox.seed.daemonSet({ ...seed, image: 'agent:1' });
    world.clock.advance(5_000);
    expect(imagesOf()).toEqual(['agent:1', 'agent:1', 'agent:1']);
  });

  it('ends and starts StatefulSet pods from the last ordinal down', () => {
    const seed = { namespace: 'shop', name: 'db', replicas: 3 };
    world.sandbox.seed.statefulSet({ ...seed, image: 'db:1' });
    world.clock.advance(5_000);
    world.sandbox.seed.statefulSet({ ...seed, image: 'db:2' });
    const seen: string[] = [];
    for (let step = 0; step < 500; step += 1) {
      world.clock.advance(10);
      const now = imagesOf().join(' ');
      if (seen.at(-1) !== now) seen.push(now);
    }
    expect(seen.filter((each) => each.split(' ').length === 3)).toEqual([
      'db:1 db:1 db:1',
      'db:1 db:1 db:2',
      'db:1 db:2 db:2',
      'db:2 db:2 db:2',
    ]);
  });

  it('never runs two templates at once when it recreates', () => {
    const seed = { namespace: 'shop', name: 'web', replicas: 3 };
    const spec = { strategy: { type: 'Recreate', rollingUpdate: null } };
    world.sandbox.seed.deployment({ ...seed, image: 'app:1', spec });
    world.clock.advance(5_000);
    world.sandbox.seed.deployment({ ...seed, image: 'app:2', spec });
    const seen = new Set<string>();
    for (let step = 0; step < 300; step += 1) {
      world.clock.advance(10);
      seen.add([...new Set(imagesOf())].join(' and '));
    }
    expect([...seen]).toEqual(['app:1', '', 'app:2']);
  });

  it('shows a Deployment’s revision going up only, on the way back too', async () => {
    const seed = { namespace: 'shop', name: 'web', replicas: 2 };
    world.sandbox.seed.deployment({ ...seed, image: 'app:2', history: [{ image: 'app:1' }] });
    world.clock.advance(5_000);
    const back = { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'app:1' };
    await world.ask(deploymentPath('web'), { method: 'PATCH', headers: jsonPatch, body: [back] });
    const seen = new Set<string | undefined>();
    for (let step = 0; step < 300; step += 1) {
      const held = world.sandbox.get('deployments', 'shop', 'web');
      seen.add(held?.metadata.annotations?.['deployment.kubernetes.io/revision']);
      world.clock.advance(10);
    }
    expect([...seen]).toEqual(['2', '3']);
  });

  it('spreads a scaled Deployment over both ReplicaSets of a rollout that stands still', async () => {
    const seed = { namespace: 'shop', name: 'web', replicas: 8 };
    world.sandbox.seed.deployment({ ...seed, image: 'app:1' });
    world.clock.advance(5_000);
    world.sandbox.seed.deployment({ ...seed, image: 'bad:2' });
    world.clock.advance(5_000);
    const sizes = () =>
      Object.fromEntries(
        world.sandbox
          .list('replicasets', 'shop')
          .map((set) => [set.spec.template.spec.containers[0]?.image, set.spec.replicas]),
      );
    expect(sizes()).toEqual({ 'app:1': 6, 'bad:2': 4 });
    const scale = { spec: { replicas: 16 } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    await world.ask(`${deploymentPath('web')}/scale`, { method: 'PATCH', body: scale, headers });
    world.clock.advance(5_000);
    expect(sizes()).toEqual({ 'app:1': 12, 'bad:2': 8 });
    const said = world.sandbox.list('events', 'shop').map(({ message }) => message);
    expect(said).toContainEqual(expect.stringMatching(/^Scaled up replica set \S+ from 6 to 12$/));
    expect(said).toContainEqual(expect.stringMatching(/^Scaled up replica set \S+ from 4 to 8$/));
  });

  it('follows the load within the bounds of its autoscaler', () => {
    world.sandbox.seed.deployment({ namespace: 'shop', name: 'web', image: 'app:1', replicas: 2 });
    world.sandbox.seed.autoscaler({
      namespace: 'shop',
      name: 'web',
      target: 'web',
      min: 2,
      max: 5,
    });
    world.sandbox.setLoad('shop', 'web', 160);
    world.clock.advance(16_000);
    expect(world.sandbox.get('deployments', 'shop', 'web')?.spec.replicas).toBe(4);
    world.clock.advance(30_000);
    expect(world.sandbox.get('deployments', 'shop', 'web')?.spec.replicas).toBe(5);
    const [limited] = (
      world.sandbox.get('horizontalpodautoscalers', 'shop', 'web')?.status.conditions ?? []
    ).filter((each) => each.type === 'ScalingLimited');
    expect(limited).toMatchObject({ status: 'True', reason: 'TooManyReplicas' });
  });
});
