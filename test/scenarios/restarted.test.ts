import { expect } from 'vitest';
import { ana, ben, scenario } from './night/night.ts';

scenario('every pod is replaced by one of the same template', async (night) => {
  const thread = await night.alertmanagerTells('checkout');
  const image = night.cluster.image('checkout');
  const before = night.cluster.pods('checkout');
  expect(before).toHaveLength(3);

  const plan = await thread.plans(ana, 'restart');
  await plan.shows('s1 cannot be taken back');
  await plan.press(ben, 'Approve');
  await plan.becomes('DONE');
  await night.cluster.isWell('checkout');
  expect(night.cluster.image('checkout')).toBe(image);
  expect(night.cluster.pods('checkout').filter((pod) => before.includes(pod))).toEqual([]);
  expect(night.cluster.writes('checkout')).toBe(1);
  expect(await plan.buttons()).toEqual([]);
});
