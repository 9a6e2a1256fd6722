import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/core/ports/step.ts';
import { podTrouble } from '../../../src/integrations/kubernetes/pods.ts';
import type { Workload } from '../../../src/integrations/kubernetes/workload.ts';
import {
  checkoutPath,
  contextOf,
  createWorld,
  deploy,
  driverOf,
  follow,
  run,
  stepOf,
  type World,
  withBadDeploy,
} from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Rolls back to a first revision with this image, and follows it. */
async function rollbackTo(image: string, seed: object = {}): Promise<Observed> {
  await deploy(world, { image, ...seed });
  await deploy(world, { image: 'shop/checkout:2', ...seed });
  const step = stepOf(await world.draft('rollback'));
  return follow(world, step, await run(world, step));
}

describe('following a rollout', () => {
  it('fails on an image that cannot be pulled, and names it', async () => {
    expect(await rollbackTo('shop/checkout:1-missing')).toMatchObject({
      state: 'failed',
      problem: {
        code: 'K8S_IMAGE_PULL',
        facts: { image: 'shop/checkout:1-missing', reason: 'ImagePullBackOff' },
      },
    });
  });

  it('fails on a crash loop, with how the container ended', async () => {
    const seen = await rollbackTo('shop/checkout:1-crash');
    expect(seen).toMatchObject({
      state: 'failed',
      problem: { code: 'K8S_CRASH_LOOP', facts: { container: 'checkout' } },
    });
    if (seen.state !== 'failed') return;
    expect(seen.problem.facts['restarts']).toBeGreaterThanOrEqual(2);
    expect(seen.problem.facts['last']).toContain('exit code 1');
  });

  it('fails when the controller gives up on it', async () => {
    const seen = await rollbackTo('shop/checkout:1-stuck', {
      spec: { progressDeadlineSeconds: 20 },
    });
    expect(seen).toMatchObject({ state: 'failed', problem: { code: 'K8S_PROGRESS_DEADLINE' } });
    if (seen.state !== 'failed') return;
    expect(seen.problem.facts['why']).toContain('has timed out progressing');
  });

  it('does not take the condition of the bad revision for its own', async () => {
    const spec = { progressDeadlineSeconds: 2 };
    await deploy(world, { spec });
    await deploy(world, { image: 'shop/checkout:2-stuck', spec });
    await world.clock.advanceAsync(10_000);
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    // The controller has looked, and still says of the bad ReplicaSet that it timed out.
    const { conditions = [] } = world.sandbox.get('deployments', 'shop', 'checkout')?.status ?? {};
    expect(conditions.map((one) => one.reason)).toContain('ProgressDeadlineExceeded');
    await world.admin('PATCH', `${checkoutPath}/status`, { status: { observedGeneration: 3 } });
    const seen = await driverOf(world.writer, step).observe(step, contextOf(world));
    expect(seen.state).not.toBe('failed');
    expect((await follow(world, step, ran)).state).toBe('done');
  });

  it('counts the replicas that are updated', async () => {
    await withBadDeploy(world);
    await deploy(world, { image: 'shop/checkout:3' });
    const step = stepOf(await world.draft('rollback', { to: 1 }));
    await run(world, step);
    const seen = new Set<string>();
    const driver = driverOf(world.writer, step);
    for (let turn = 0; turn < 200; turn += 1) {
      const observed = await driver.observe(step, contextOf(world));
      if (observed.state === 'failed') throw new Error(observed.problem.code);
      seen.add(`${observed.progress?.done} of ${observed.progress?.of}`);
      if (observed.state === 'done') break;
      await world.clock.advanceAsync(25);
    }
    expect([...seen]).toEqual(['0 of 3', '1 of 3', '2 of 3', '3 of 3']);
  });

  it('fails when somebody writes over it', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    await deploy(world, { image: 'shop/checkout:4' });
    expect(await follow(world, step, ran)).toMatchObject({
      state: 'failed',
      problem: { code: 'K8S_OVERWRITTEN', facts: { field: 'template' } },
    });
  });

  it('fails when the workload is deleted', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    await world.admin('DELETE', checkoutPath);
    expect(await follow(world, step, ran)).toMatchObject({
      state: 'failed',
      problem: { code: 'K8S_GONE' },
    });
  });

  it('fails when another one stands under its name', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    await world.admin('DELETE', checkoutPath);
    await world.clock.advanceAsync(5_000);
    await deploy(world);
    expect(await follow(world, step, ran)).toMatchObject({
      state: 'failed',
      problem: { code: 'K8S_GONE', facts: { wanted: step.target.identity } },
    });
  });

  it('says that somebody paused it, and waits', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    await run(world, step);
    await world.admin('PATCH', checkoutPath, { spec: { paused: true } });
    await world.clock.advanceAsync(2_000);
    expect(await driverOf(world.writer, step).observe(step, contextOf(world))).toMatchObject({
      state: 'progress',
      progress: { what: 'paused by somebody' },
    });
  });

  it.each([
    ['closes the connection', { kind: 'reset' }, 'K8S_NO_ANSWER'],
    ['answers 500', { kind: 'answer', code: 500 }, 'K8S_SERVER_ERROR'],
    ['answers 429', { kind: 'answer', code: 429 }, 'K8S_THROTTLED'],
    ['answers 401', { kind: 'answer', code: 401 }, 'K8S_UNAUTHORIZED'],
  ] as const)('does not fail while the server %s', async (_what, act, code) => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    world.sandbox.faults.add({ act, times: 6 });
    for (let look = 0; look < 3; look += 1) {
      expect(await driverOf(world.writer, step).observe(step, contextOf(world))).toEqual({
        state: 'progress',
        progress: { done: 0, of: 0, what: `cannot see the cluster: ${code}` },
      });
    }
    world.sandbox.faults.clear();
    expect((await follow(world, step, ran)).state).toBe('done');
  });
});

const startedAt = Date.parse('2026-01-01T12:00:00Z');
const context = { operation: 'op-1', outputs: {}, startedAt };
const live = { locator: { namespace: 'shop', kind: 'deployment', name: 'checkout' } } as Workload;

describe('a pod that lacks what it is configured with', () => {
  const pod = (reason: string, message?: string) => ({
    metadata: { name: 'checkout-1', creationTimestamp: '2026-01-01T12:00:30Z' },
    status: {
      containerStatuses: [{ name: 'checkout', state: { waiting: { reason, message } } }],
    },
  });

  it.each(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'])(
    'never runs: %s',
    (reason) => {
      const said = podTrouble([pod(reason, 'secret "db" not found')], live, context);
      expect(said).toMatchObject({
        code: 'K8S_CONTAINER_CONFIG',
        facts: {
          pod: 'checkout-1',
          container: 'checkout',
          reason: `${reason}, secret "db" not found`,
        },
      });
      expect(podTrouble([pod(reason)], live, context)?.facts['reason']).toBe(reason);
    },
  );

  it('is not one that is still being made', () => {
    expect(podTrouble([pod('ContainerCreating')], live, context)).toBeUndefined();
  });
});

describe('a pod that crashes', () => {
  const pod = (createdAt: string, restartCount: number) => ({
    metadata: { name: 'checkout-1', creationTimestamp: createdAt },
    status: {
      containerStatuses: [
        {
          name: 'checkout',
          restartCount,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
        },
      ],
    },
  });

  it('is our doing when it was made since, and came back twice', () => {
    expect(podTrouble([pod('2026-01-01T12:00:30Z', 2)], live, context)).toMatchObject({
      code: 'K8S_CRASH_LOOP',
      facts: { restarts: 2, last: 'OOMKilled, exit code 137' },
    });
  });

  it('is not when it crashed long before, nor at its first crash', () => {
    expect(podTrouble([pod('2026-01-01T08:00:00Z', 17)], live, context)).toBeUndefined();
    expect(podTrouble([pod('2026-01-01T12:00:30Z', 1)], live, context)).toBeUndefined();
  });
});
