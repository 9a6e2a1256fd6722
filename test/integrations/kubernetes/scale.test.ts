import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemError, problem } from '../../../src/core/problem.ts';
import { readAutoscaler } from '../../../src/integrations/kubernetes/autoscaler.ts';
import type { ReadClient } from '../../../src/integrations/kubernetes/client.ts';
import type { Workload } from '../../../src/integrations/kubernetes/workload.ts';
import {
  autoscale,
  checkoutPath,
  codeOf,
  contextOf,
  createWorld,
  deploy,
  driverOf,
  follow,
  run,
  stepOf,
  type World,
} from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  await deploy(world);
});
afterEach(() => world.close());

describe('scale', () => {
  it.each([[5], [1]])('runs %i replicas and is done when they are', async (replicas) => {
    const step = stepOf(await world.draft('scale', { replicas }));
    expect(await follow(world, step, await run(world, step))).toMatchObject({
      state: 'done',
      progress: { done: replicas, of: replicas },
    });
    expect(world.sandbox.get('deployments', 'shop', 'checkout')?.spec.replicas).toBe(replicas);
  });

  it('to 0 is danger, said in words, and is done when nothing runs', async () => {
    const draft = await world.draft('scale', { replicas: '0' });
    expect(draft).toMatchObject({ risk: 'danger', warnings: [{ code: 'K8S_TO_ZERO' }] });
    const step = stepOf(draft);
    expect((await follow(world, step, await run(world, step))).state).toBe('done');
    expect(world.sandbox.list('pods', 'shop')).toEqual([]);
  });

  it.each([
    ['below the minimum', 1, 'K8S_BELOW_MIN'],
    ['to 0, with a minimum', 0, 'K8S_BELOW_MIN'],
    ['above the maximum', 13, 'K8S_ABOVE_MAX'],
    ['to what it has', 3, 'K8S_REPLICAS_ALREADY'],
    ['to a word', 'many', 'K8S_BAD_ARGUMENT'],
    ['below nothing', -1, 'K8S_BAD_ARGUMENT'],
    ['to half a replica', 2.5, 'K8S_BAD_ARGUMENT'],
  ])('is refused %s', async (_what, replicas, code) => {
    const bounds = { min: 2, max: 12 };
    expect(codeOf(await world.draft('scale', { replicas }, { bounds }))).toBe(code);
  });

  it('is refused without a number', async () => {
    expect(codeOf(await world.draft('scale'))).toBe('K8S_BAD_ARGUMENT');
  });

  it('says that an autoscaler will undo it, and its bounds', async () => {
    await autoscale(world);
    expect(await world.draft('scale', { replicas: 9 })).toMatchObject({
      warnings: [{ code: 'K8S_HPA_WILL_UNDO', facts: { hpa: 'checkout-hpa', min: 2, max: 8 } }],
    });
    expect(await world.draft('scale', { replicas: 0 })).toMatchObject({
      warnings: [{ code: 'K8S_TO_ZERO' }, { code: 'K8S_HPA_DISABLED' }],
    });
  });

  it('says when it may not look for an autoscaler', async () => {
    const rules = world.sandbox.rules('read').map((rule) => ({
      ...rule,
      resources: rule.resources.filter((name) => !name.startsWith('horizontal')),
    }));
    world.sandbox.setRules('read', rules);
    expect(await world.draft('scale', { replicas: 5 })).toMatchObject({
      ok: true,
      warnings: [{ code: 'K8S_HPA_UNKNOWN', facts: { why: 'K8S_FORBIDDEN' } }],
    });
  });

  it('finds the autoscaler of a server that has only the first version of them', async () => {
    const workload = { locator: { namespace: 'shop', kind: 'deployment', name: 'checkout' } };
    const asked: string[] = [];
    const client = {
      async listAll(path: string) {
        asked.push(path);
        if (path.includes('/v2/')) throw new ProblemError(problem('K8S_NOT_FOUND'));
        const scaleTargetRef = { kind: 'Deployment', name: 'checkout' };
        return [{ metadata: { name: 'old' }, spec: { scaleTargetRef, maxReplicas: 5 } }];
      },
    };
    const found = await readAutoscaler(client as unknown as ReadClient, workload as Workload);
    expect(found).toEqual({ found: { name: 'old', min: 1, max: 5 }, warnings: [] });
    expect(asked).toHaveLength(2);
  });

  it('fails when somebody sets another number meanwhile', async () => {
    const step = stepOf(await world.draft('scale', { replicas: 5 }));
    const ran = await run(world, step);
    await world.admin('PATCH', checkoutPath, { spec: { replicas: 4 } });
    expect(await follow(world, step, ran)).toMatchObject({
      state: 'failed',
      problem: { code: 'K8S_OVERWRITTEN', facts: { field: 'replicas', wanted: 5, observed: 4 } },
    });
  });

  it('is not blamed for a pod that was broken before, and is for its own', async () => {
    await deploy(world, { image: 'shop/checkout:missing', replicas: 1, name: 'broken' });
    await world.clock.advanceAsync(60_000);
    const [old] = world.sandbox.list('pods', 'shop').filter(isBroken);
    const locator = { namespace: 'shop', deployment: 'broken' };
    const step = stepOf(await world.draft('scale', { replicas: 2 }, { locator }));
    const ran = await run(world, step);
    await world.clock.advanceAsync(100);
    const driver = driverOf(world.writer, step);
    expect((await driver.observe(step, contextOf(world))).state).toBe('progress');
    const seen = await follow(world, step, ran);
    expect(seen).toMatchObject({ state: 'failed', problem: { code: 'K8S_IMAGE_PULL' } });
    if (seen.state === 'failed') expect(seen.problem.facts['pod']).not.toBe(old?.metadata.name);
  });

  it('works on a paused workload, as the controller does', async () => {
    await world.admin('PATCH', checkoutPath, { spec: { paused: true } });
    const step = stepOf(await world.draft('scale', { replicas: 4 }));
    expect((await follow(world, step, await run(world, step))).state).toBe('done');
  });
});

describe('what is meant for a workload', () => {
  it.each([
    ['scale', { replicas: 5 }],
    ['restart', {}],
    ['rollback', {}],
  ])('is refused where the configuration names none: %s', async (verb, args) => {
    const locator = { namespace: 'shop' };
    expect(codeOf(await world.draft(verb, args, { locator }))).toBe('K8S_LOCATOR');
  });
});

describe('restart', () => {
  it('warns where nothing runs that could start anew', async () => {
    const step = stepOf(await world.draft('scale', { replicas: 0 }));
    await follow(world, step, await run(world, step));
    expect(await world.draft('restart')).toMatchObject({
      warnings: [{ code: 'K8S_ZERO_REPLICAS' }],
    });
  });

  it('replaces every pod and leaves the rest of the template alone', async () => {
    const before = podNames();
    const template = world.sandbox.get('deployments', 'shop', 'checkout')?.spec.template;
    const step = stepOf(await world.draft('restart'));
    expect((await follow(world, step, await run(world, step))).state).toBe('done');
    expect(podNames().filter((name) => before.includes(name))).toEqual([]);
    expect(world.sandbox.get('deployments', 'shop', 'checkout')?.spec.template).toEqual({
      ...template,
      metadata: {
        ...template?.metadata,
        annotations: { 'kubectl.kubernetes.io/restartedAt': step.params['restartedAt'] },
      },
    });
  });

  it('twice in one second is two restarts', async () => {
    const first = stepOf(await world.draft('restart'));
    await run(world, first);
    const second = stepOf(await world.draft('restart'));
    expect(second.params['restartedAt']).not.toBe(first.params['restartedAt']);
    expect((await run(world, second, 'op-2')).applied?.outcome).toBe('applied');
  });

  it('is refused while the workload is paused', async () => {
    await world.admin('PATCH', checkoutPath, { spec: { paused: true } });
    expect(codeOf(await world.draft('restart'))).toBe('K8S_PAUSED');
  });
});

function isBroken(pod: { metadata: { name: string } }): boolean {
  return pod.metadata.name.startsWith('broken');
}

function podNames(): readonly string[] {
  return world.sandbox.list('pods', 'shop').map((pod) => pod.metadata.name);
}
