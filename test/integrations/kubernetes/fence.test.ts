import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fence, Said } from '../../../src/core/ports/fence.ts';
import { createWorld, deploy, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await deploy(world, { name: 'pg-1', replicas: 1 });
  await deploy(world, { name: 'pg-2', replicas: 1 });
});
afterEach(() => world.close());

describe('the workload of a server', () => {
  it('gets 0 pods, and holds once they are gone; a deleted pod does not come back, and it is given back as it was', async () => {
    const fence = fenceOf('pg-1');
    expect(await fence.plan()).toBe('');
    expect(fence.raises).toBe('shop/deployment/pg-1 of kubernetes/eu-1 to 0 pods');
    expect(await fence.holds()).toMatchObject({ exit: '1' });

    expect(await passing(fence.raise())).toEqual({ exit: '0', said: '' });
    expect(podsOf('pg-1')).toEqual([]);
    await world.clock.advanceAsync(60_000);
    expect(podsOf('pg-1')).toEqual([]);
    expect(await fence.holds()).toEqual({ exit: '0', said: '' });

    expect(await fence.lift('')).toEqual({ exit: '0', said: '' });
    await world.clock.advanceAsync(10_000);
    expect(podsOf('pg-1')).toHaveLength(1);
    expect(await fence.holds()).toMatchObject({ exit: '1' });
    expect(podsOf('pg-2')).toHaveLength(1);
  });

  it('is raised and lifted twice without harm', async () => {
    const fence = fenceOf('pg-1');
    await passing(fence.raise());
    expect(await passing(fence.raise())).toMatchObject({ exit: '0' });
    expect(await fence.lift('')).toMatchObject({ exit: '0' });
    expect(await fence.lift('')).toMatchObject({ exit: '0' });
    await world.clock.advanceAsync(10_000);
    expect(podsOf('pg-1')).toHaveLength(1);
  });

  it('does not hold while a pod is left, which its own time ends the wait for', async () => {
    const fence = fenceOf('pg-1', 50);
    const raised = await fence.raise();
    expect(raised).toEqual({
      exit: '1',
      said: '1 pods of shop/deployment/pg-1 of kubernetes/eu-1 are still there',
    });
  });

  it('is written anew where it moved on between the look and the write', async () => {
    world.sandbox.faults.add({
      method: ['PATCH'],
      path: /pg-1$/,
      act: { kind: 'answer', code: 409 },
    });
    expect(await passing(fenceOf('pg-1').raise())).toMatchObject({ exit: '0' });
  });

  it('that cannot be asked began nothing that anybody knows of, and that is said', async () => {
    world.sandbox.faults.add({ method: ['PATCH'], path: /pg-1$/, act: { kind: 'reset-after' } });
    const fence = fenceOf('pg-1');
    expect(await fence.raise()).toMatchObject({ exit: 'unknown' });
    await world.clock.advanceAsync(60_000);
    expect(await fence.holds()).toMatchObject({ exit: '0' });
  });
});

describe('before anybody approves it is refused', () => {
  it('of a workload of several, of one that is owned, and without a credential to write', async () => {
    await deploy(world, { name: 'pg-all', replicas: 3 });
    await expect(fenceOf('pg-all').plan()).rejects.toThrow(/K8S_NO_FENCE.*3 replicas/);
    await world.admin('PATCH', '/apis/apps/v1/namespaces/shop/deployments/pg-2', {
      metadata: {
        ownerReferences: [
          {
            apiVersion: 'acid.zalan.do/v1',
            kind: 'postgresql',
            name: 'main',
            uid: 'u',
            controller: true,
          },
        ],
      },
    });
    await expect(fenceOf('pg-2').plan()).rejects.toThrow(/K8S_NO_FENCE.*postgresql main owns it/);
    const looking = world.reconnect({ write: undefined as never });
    const blind = looking.fence({ locator: locatorOf('pg-1'), withinMs: 1_000 });
    await expect(blind.plan()).rejects.toThrow('K8S_NO_WRITE_CREDENTIAL');
    expect(await blind.raise()).toEqual({ exit: 'missing', said: 'K8S_NO_WRITE_CREDENTIAL' });
  });
});

function locatorOf(name: string) {
  return { namespace: 'shop', kind: 'deployment', name } as const;
}

/** Connected anew, as by a process that was started in between. */
function fenceOf(name: string, withinMs = 5_000): Fence {
  return world.reconnect().fence({ locator: locatorOf(name), withinMs });
}

function podsOf(name: string) {
  return world.sandbox
    .list('pods', 'shop')
    .filter((pod) => pod.metadata.name.startsWith(`${name}-`));
}

/** The cluster's time goes on meanwhile. */
async function passing(raised: Promise<Said>): Promise<Said> {
  let isOver = false;
  const ended = raised.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await world.clock.advanceAsync(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ended;
}
