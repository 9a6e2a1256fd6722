import { expect } from 'vitest';
import { bad } from './night/cluster.ts';
import { ana, ben, scenario } from './night/night.ts';

scenario('a plan that somebody declined is over', async (night) => {
  const thread = await night.crashLoop('checkout');
  const plan = await thread.plans(ana, 'rollback');
  const { operation } = plan;

  const hash = /plan `?([0-9a-f]{10})/.exec(await plan.text())?.[1];
  await thread.hears(ben, `decline ${operation} ${hash} reason="the fix is on its way"`);
  await plan.becomes('DECLINED');
  await plan.shows('Declined by Ben', 'the fix is on its way');
  expect(await plan.buttons()).toEqual([]);
  expect(await thread.hears(ben, `approve ${operation} ${hash}`)).toContain(
    'OPERATION_NOT_WAITING',
  );

  expect(night.cluster.image('checkout')).toBe(bad);
  expect(night.cluster.writes('checkout')).toBe(0);
});
