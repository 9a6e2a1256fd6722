import { expect } from 'vitest';
import { good } from './night/cluster.ts';
import { ana, ben, scenario } from './night/night.ts';

const atItsPace = { hurries: false };
const flapping = 'registry.example.com/shop/checkout:1.9.1';

scenario('a plan is stale once its template is another, and says which field', async (night) => {
  const thread = await night.crashLoop('checkout');
  const plan = await thread.plans(ana, 'rollback');
  night.cluster.deploys('checkout', 'registry.example.com/shop/checkout:1.9.2');

  await plan.press(ben, 'Approve');
  await plan.becomes('STALE');
  await plan.shows('`rollback` did not run.', 'Nothing was changed.', 'PLAN_STALE');
  expect(await plan.text()).toMatch(
    /Why: template is [0-9a-f]{10} now; the plan was made when it was/,
  );
  expect(night.cluster.image('checkout')).toBe('registry.example.com/shop/checkout:1.9.2');
  expect(night.cluster.writes('checkout')).toBe(0);

  const again = await thread.plans(ben, 'rollback to=2');
  await again.press(ana, 'Approve');
  await again.becomes('DONE');
  expect(night.cluster.image('checkout')).toBe(good);
});

scenario(
  'a status that changes ten times a second does not make a plan stale',
  async (night) => {
    // Three pods that come up and fall down every 600 ms.
    night.cluster.sandbox.images.set(flapping, {
      readyMs: 10,
      crash: { afterMs: 300, backoffMs: 300, backoffMaxMs: 300, exitCode: 1 },
    });
    night.cluster.deploys('checkout', flapping);
    const thread = await night.alertmanagerTells('checkout');
    const plan = await thread.plans(ana, 'rollback');
    const before = night.cluster.resourceVersion('checkout');
    await night.cluster.statusMoved('checkout', 5);
    expect(night.cluster.resourceVersion('checkout')).not.toBe(before);

    await plan.press(ben, 'Approve');
    await plan.becomes('DONE');
    await night.cluster.runs('checkout', { image: good });
    await night.cluster.isWell('checkout');
    expect(night.cluster.writes('checkout')).toBe(1);
  },
  atItsPace,
);
