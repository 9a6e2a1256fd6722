import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Looked } from '../../../src/core/ports/workload.ts';
import { autoscale, checkout, createWorld, deploy, type World, withBadDeploy } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

function seen<T>(looked: Looked<T>): T {
  if (!looked.ok) throw new Error(JSON.stringify(looked.problem));
  return looked.value;
}

describe('the status of a workload', () => {
  it('says what runs, what is wrong with it and what happened lately', async () => {
    await withBadDeploy(world);
    await autoscale(world);
    await world.clock.advanceAsync(10_000);
    const status = seen(await world.cluster.readers.workload.status(checkout));
    expect(status).toMatchObject({
      id: 'kubernetes/eu-1/shop/deployment/checkout',
      replicas: { desired: 3 },
      images: ['shop/checkout:2-crash'],
      revision: 2,
      paused: false,
      autoscaled: { by: 'checkout-hpa', min: 2, max: 8 },
    });
    expect(status.conditions.map((condition) => condition.type)).toContain('Progressing');
    expect(status.unhealthy[0]).toMatchObject({
      process: 'checkout',
      reason: 'CrashLoopBackOff',
      image: 'shop/checkout:2-crash',
    });
    expect(status.unhealthy[0]?.last).toContain('exit code 1');
    expect(status.events.length).toBeGreaterThan(0);
    const times = status.events.map((event) => event.at);
    expect(times).toEqual([...times].sort((one, other) => other - one));
    expect(status.events.some((event) => event.warning && event.reason === 'BackOff')).toBe(true);
  });

  it('of a well one names nothing unhealthy', async () => {
    await deploy(world);
    expect(seen(await world.cluster.readers.workload.status(checkout))).toMatchObject({
      replicas: { desired: 3, ready: 3, updated: 3, available: 3 },
      unhealthy: [],
    });
  });

  it('of one that is not there is a problem', async () => {
    await deploy(world);
    const locator = { namespace: 'shop', deployment: 'chekout' };
    expect(await world.cluster.readers.workload.status({ ...checkout, locator })).toMatchObject({
      ok: false,
      problem: { code: 'K8S_NOT_FOUND', facts: { near: 'checkout' } },
    });
  });
});

describe('logs', () => {
  const lines = [
    'level=info msg="starting"',
    'connecting to postgres://app:canary-1@db/shop',
    '-----BEGIN PRIVATE KEY-----',
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj',
    '-----END PRIVATE KEY-----',
    'level=error msg="cannot read configuration"',
    'level=info msg="bye"',
  ];

  it('of a crashing process are those of before it ended, errors first, masked', async () => {
    world.sandbox.images.set('shop/checkout:2-crash', {
      crash: { afterMs: 100, backoffMs: 5_000, backoffMaxMs: 5_000, exitCode: 1 },
      readyMs: false,
      logs: lines,
    });
    await withBadDeploy(world);
    const wanted = { lines: 20, errorsFirst: true };
    const logs = seen(await world.cluster.readers.workload.logs(checkout, wanted));
    expect(logs.lines[0]).toMatchObject({ isError: true, process: 'checkout' });
    expect(logs.lines[0]?.text).toContain('cannot read configuration');
    expect(logs.lines[0]?.at).toBeGreaterThan(0);
    const said = JSON.stringify(logs);
    expect(said).not.toMatch(/canary|MIIE/);
    expect(said).toContain('postgres://');
  });

  it('of a process that was started again and is not ready hold the run before too', async () => {
    world.sandbox.images.set('shop/checkout:1', {
      crash: { afterMs: 8_000, backoffMs: 100, backoffMaxMs: 100, exitCode: 1 },
      readyMs: false,
      logs: ['started'],
    });
    await deploy(world, { replicas: 1 });
    await world.clock.advanceAsync(6_000);
    const [pod] = world.sandbox.list('pods', 'shop');
    expect(pod?.status.containerStatuses?.[0]).toMatchObject({ restartCount: 1 });
    const wanted = { lines: 20, errorsFirst: false };
    const logs = seen(await world.cluster.readers.workload.logs(checkout, wanted));
    expect(logs.lines.map((line) => line.text)).toEqual(['started', 'started']);
  });

  it('are no more than were asked for, the newest of them', async () => {
    world.sandbox.images.set('shop/checkout:1', {
      logs: Array.from({ length: 50 }, (_, n) => `line ${n}`),
    });
    await deploy(world, { replicas: 1 });
    const wanted = { lines: 5, errorsFirst: false };
    const logs = seen(await world.cluster.readers.workload.logs(checkout, wanted));
    expect(logs.lines.map((line) => line.text)).toEqual(
      [45, 46, 47, 48, 49].map((n) => `line ${n}`),
    );
  });

  it('of a process that never started are none, and no failure', async () => {
    await deploy(world, { image: 'shop/checkout:missing', replicas: 1 });
    const wanted = { lines: 5, errorsFirst: true };
    const logs = seen(await world.cluster.readers.workload.logs(checkout, wanted));
    expect(logs).toMatchObject({ lines: [], read: 1, of: 1 });
  });
});

describe('history', () => {
  it('is what ran before, newest first, with what runs now marked', async () => {
    await deploy(world, { annotations: { 'kubernetes.io/change-cause': 'first token=canary-1' } });
    await deploy(world, { image: 'shop/checkout:2' });
    await deploy(world, { image: 'shop/checkout:1' });
    const history = seen(await world.cluster.readers.workload.history(checkout));
    expect(history.map(({ number, images, current }) => [number, images, current])).toEqual([
      [3, ['shop/checkout:1'], true],
      [2, ['shop/checkout:2'], false],
    ]);
    expect(JSON.stringify(history)).not.toContain('canary');
    expect(history[0]?.createdAt).toBeGreaterThan(0);
  });
});

describe('near names', () => {
  it('are at most three, nearest first', async () => {
    for (const name of ['checkout', 'checkouts', 'cart', 'checkout-worker', 'zebra']) {
      world.sandbox.seed.deployment({ namespace: 'shop', name, image: 'shop/x:1' });
    }
    const locator = { namespace: 'shop', deployment: 'checkot' };
    const near = seen(await world.cluster.readers.workload.namesLike({ ...checkout, locator }));
    expect(near.slice(0, 2)).toEqual(['checkout', 'checkouts']);
    expect(near).not.toContain('zebra');
  });
});
