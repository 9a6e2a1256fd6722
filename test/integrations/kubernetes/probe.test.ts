import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Probed } from '../../../src/core/ports/step.ts';
import {
  checkoutPath,
  contextOf,
  createWorld,
  deploy,
  driverOf,
  ourWrites,
  stepOf,
  type World,
  writerOf,
} from './world.ts';

let world: World;
let step: Step;
let token = '';

beforeEach(async () => {
  world = await createWorld();
  await deploy(world);
  await deploy(world, { image: 'shop/checkout:2' });
  step = stepOf(await world.draft('rollback'));
  const checked = await driverOf(world.writer, step).check(step, contextOf(world));
  if (!checked.ok) throw new Error(checked.problem.code);
  token = checked.token;
});
afterEach(() => world.close());

function probe(attempt = 1): Promise<Probed> {
  return driverOf(world.writer, step).probe(step, { ...contextOf(world), token, attempt });
}

/** The write takes effect and its answer is lost. */
async function lost(): Promise<void> {
  world.sandbox.faults.add({ act: { kind: 'reset-after' }, method: 'PUT' });
  const driver = driverOf(writerOf(world.reconnect()), step);
  const applied = await driver.apply(step, { ...contextOf(world), token, attempt: 1 });
  expect(applied.outcome).toBe('unknown');
  expect(ourWrites(world)).toBe(1);
}

async function stir(): Promise<void> {
  await world.admin('PATCH', `${checkoutPath}/status`, { status: { unavailableReplicas: 77 } });
}

describe('after a lost answer', () => {
  it('nothing is known while the object stands where the write wants it', async () => {
    expect(await probe()).toBe('cannot-know');
  });

  it('no, once the object moved on and its spec did not', async () => {
    await stir();
    expect(await probe()).toBe('no');
  });

  it('yes by our mark, whatever moved on since', async () => {
    await lost();
    await world.clock.advanceAsync(10_000);
    await stir();
    expect(await probe()).toBe('yes');
  });

  it('yes of an earlier attempt is yes for the step', async () => {
    await lost();
    expect(await probe(2)).toBe('yes');
  });

  it('yes by the ReplicaSet after somebody took the mark off the Deployment', async () => {
    await lost();
    await world.clock.advanceAsync(10_000);
    // As `kubectl rollout undo` to another revision: annotations and template are replaced.
    await world.admin('PATCH', checkoutPath, {
      metadata: { annotations: { 'tocsin.dev/operation': null } },
      spec: { template: { metadata: { labels: { other: 'yes' } } } },
    });
    await world.clock.advanceAsync(10_000);
    expect(await probe()).toBe('yes');
  });

  it('not known when the mark is gone before any controller saw it, though the template is ours', async () => {
    await lost();
    await world.admin('PATCH', checkoutPath, {
      metadata: { annotations: { 'tocsin.dev/operation': null } },
    });
    expect(await probe()).toBe('cannot-know');
  });

  it('not known when somebody else changed the spec and we did not', async () => {
    await world.admin('PATCH', checkoutPath, { spec: { replicas: 4 } });
    expect(await probe()).toBe('cannot-know');
  });

  it('the mark of another operation is not ours', async () => {
    await world.admin('PATCH', checkoutPath, {
      metadata: { annotations: { 'tocsin.dev/operation': 'op-11/s1/1' } },
    });
    expect(await probe()).toBe('cannot-know');
  });

  it('not known of an object that was deleted or made anew', async () => {
    await lost();
    await world.admin('DELETE', checkoutPath);
    await world.clock.advanceAsync(5_000);
    expect(await probe()).toBe('cannot-know');
    await deploy(world);
    expect(await probe()).toBe('cannot-know');
    // Even when the new one happens to be of the generation of the old one.
    await deploy(world, { image: 'shop/checkout:2' });
    expect(world.sandbox.get('deployments', 'shop', 'checkout')?.metadata.generation).toBe(2);
    expect(await probe()).toBe('cannot-know');
  });

  it('not known when the cluster was restored from before the check', async () => {
    const [version = '', generation = '', uid = ''] = token.split('/');
    token = [`${Number(version) + 500}`, `${Number(generation) + 5}`, uid].join('/');
    expect(await probe()).toBe('cannot-know');
  });

  it.each([
    ['is out of reach', { kind: 'reset' }],
    ['answers with an error', { kind: 'answer', code: 500 }],
    ['does not let us read', { kind: 'answer', code: 403 }],
  ] as const)('not known while the cluster %s', async (_what, act) => {
    await stir();
    world.sandbox.faults.add({ act, times: 10 });
    expect(await probe()).toBe('cannot-know');
  });

  it.each(['', 'x', '12/y/z', '12//uid'])(
    'not known of a token %j we did not make',
    async (made) => {
      token = made;
      expect(await probe()).toBe('cannot-know');
    },
  );
});

describe('a storm of conflicts', () => {
  it('is told as moved each time, and the write lands once it is over', async () => {
    world.sandbox.faults.add({ act: { kind: 'answer', code: 409 }, method: 'PUT', times: 4 });
    const driver = driverOf(world.writer, step);
    const outcomes: string[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const checked = await driver.check(step, contextOf(world));
      if (!checked.ok) throw new Error(checked.problem.code);
      const applying = { ...contextOf(world), token: checked.token, attempt };
      outcomes.push((await driver.apply(step, applying)).outcome);
    }
    expect(outcomes).toEqual(['moved', 'moved', 'moved', 'moved', 'applied']);
    expect(ourWrites(world)).toBe(1);
  });
});

describe('a Deployment that crashes ten times a second', () => {
  it('is still rolled back by a plan that waited for its approval', async () => {
    await deploy(world, { image: 'shop/checkout:3-flap' });
    const plan = stepOf(await world.draft('rollback'));
    await world.clock.advanceAsync(30_000);
    const driver = driverOf(world.writer, plan);
    let outcome = '';
    for (let attempt = 1; attempt <= 5 && outcome !== 'applied'; attempt += 1) {
      const checked = await driver.check(plan, contextOf(world));
      if (!checked.ok) throw new Error(checked.problem.code);
      // What the loop does between the two, an append, takes its time.
      await world.clock.advanceAsync(10);
      const applying = { ...contextOf(world), token: checked.token, attempt };
      outcome = (await driver.apply(plan, applying)).outcome;
    }
    expect(outcome).toBe('applied');
  });
});
