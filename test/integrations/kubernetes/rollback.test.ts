import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, follow, run, stepOf, type World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  const { seed } = world.sandbox;
  seed.deployment({ namespace: 'shop', name: 'checkout', image: 'shop/checkout:1', replicas: 3 });
  await world.clock.advanceAsync(5_000);
  seed.deployment({
    namespace: 'shop',
    name: 'checkout',
    image: 'shop/checkout:2-crash',
    replicas: 3,
  });
  await world.clock.advanceAsync(5_000);
});
afterEach(() => world.close());

describe('rollback of a Deployment', () => {
  it('goes back to the revision before and follows the rollout to its end', async () => {
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    expect(ran.applied?.outcome).toBe('applied');
    expect(await follow(world, step, ran)).toMatchObject({ state: 'done' });
    expect(imageNow()).toBe('shop/checkout:1');
  });
});

function imageNow(): string | undefined {
  const live = world.sandbox.get('deployments', 'shop', 'checkout');
  return live?.spec.template.spec.containers[0]?.image;
}
