import { expect } from 'vitest';
import { ana, ben, cleo, scenario } from './night/night.ts';

scenario('a service is scaled within its bounds and not beyond them', async (night) => {
  const thread = await night.crashLoop('checkout');
  expect(await thread.hears(ana, 'scale 9')).toContain('K8S_ABOVE_MAX');
  expect(await thread.hears(ana, 'scale 1')).toContain('K8S_BELOW_MIN');
  expect(await thread.hears(ana, 'scale 3')).toContain('K8S_REPLICAS_ALREADY');
  expect(await thread.hears(cleo, 'scale 5')).toContain('NOT_A_REQUESTER');
  expect(await thread.hears(ana, 'scale checkout five')).toMatch(/ARGUMENT|NUMBER|COUNT|replicas/);

  const plan = await thread.plans(ana, 'scale 5');
  await plan.shows('replicas 3 → 5', 'risk change');
  await plan.press(ben, 'Approve');
  await night.cluster.runs('checkout', { replicas: 5 });
  expect(night.cluster.writes('checkout')).toBe(1);
});

scenario(
  'scaling to zero is danger: it wants a reason and is done when nothing runs',
  async (night) => {
    const thread = await night.crashLoop('worker');
    expect(await thread.hears(ana, 'scale worker 0')).toContain('REASON_REQUIRED');

    const plan = await thread.plans(ana, 'scale worker 0 reason="the queue is poisoned"');
    await plan.shows('risk danger', 'K8S_TO_ZERO', 'reason the queue is poisoned');
    await plan.press(ben, 'Approve');
    await plan.press(cleo, 'Approve');
    await plan.becomes('DONE');
    expect(night.cluster.replicas('worker')).toBe(0);
    await night.cluster.isWell('worker');
  },
);

scenario('a plan says that an autoscaler would undo it', async (night) => {
  night.cluster.sandbox.seed.autoscaler({
    namespace: 'shop',
    name: 'worker',
    target: 'worker',
    min: 3,
    max: 8,
  });
  const thread = await night.crashLoop('worker');
  const plan = await thread.plans(ana, 'scale worker 6');
  await plan.shows('K8S_HPA_WILL_UNDO', 'between 3 and 8 replicas');
});
