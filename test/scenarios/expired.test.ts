import { expect } from 'vitest';
import { bad } from './night/cluster.ts';
import { ana, ben, scenario } from './night/night.ts';

scenario('a plan that nobody approved in time is over', async (night) => {
  const thread = await night.crashLoop('checkout');
  const plan = await thread.plans(ana, 'rollback');
  night.passes(30 * 60_000);
  const late = await plan.pressLate(ben, 'Approve');
  expect(late).toMatch(/^$|PLAN_EXPIRED|OPERATION_NOT_WAITING/);
  await plan.becomes('EXPIRED');
  await plan.shows('Expired at', 'before it could begin.', 'Nothing was changed.');
  expect(await plan.buttons()).toEqual(['Plan again']);
  expect(night.cluster.image('checkout')).toBe(bad);
  expect(night.cluster.writes('checkout')).toBe(0);
});
