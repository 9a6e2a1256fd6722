import { expect } from 'vitest';
import { good } from './night/cluster.ts';
import { ana, ben, scenario } from './night/night.ts';

const atItsPace = { hurries: false };

scenario(
  'of two operations on one target one waits, looks again and is stale',
  async (night) => {
    const thread = await night.alertmanagerTells('checkout');
    night.cluster.slows(good, 20_000);
    const scale = await thread.plans(ana, 'scale 5');
    const rollback = await thread.plans(ana, 'rollback');

    await scale.press(ben, 'Approve');
    await scale.becomes('VERIFYING');
    await rollback.press(ben, 'Approve');
    await rollback.becomes('APPROVED');
    await rollback.shows(`Waits for \`${scale.operation}\` on the same target.`);
    expect(await thread.hears(ana, 'locks')).toContain(scale.operation);
    expect(night.cluster.writes('checkout')).toBe(1);

    night.passes(20_000);
    await scale.becomes('DONE');
    await rollback.becomes('STALE');
    await rollback.shows('replicas is 5 now; the plan was made when it was 3');
    expect(night.cluster.writes('checkout')).toBe(1);
    expect(night.cluster.image('checkout')).toBe(good);
  },
  atItsPace,
);

scenario('of two plans approved at the same moment one wins', async (night) => {
  const thread = await night.crashLoop('checkout');
  const first = await thread.plans(ana, 'rollback');
  const second = await thread.plans(ana, 'rollback reason=twice');
  await Promise.all([first.press(ben, 'Approve'), second.press(ben, 'Approve')]);

  await night.cluster.runs('checkout', { image: good });
  await thread.shows('DONE', 'STALE');
  expect(night.cluster.writes('checkout')).toBe(1);
});
