import { expect } from 'vitest';
import { good } from './night/cluster.ts';
import { ana, ben, scenario } from './night/night.ts';

scenario(
  'a crash between request, approval and rollout loses nothing and says nothing twice',
  async (night) => {
    const thread = await night.crashLoop('checkout');
    const plan = await thread.plans(ana, 'rollback');
    await night.crashAndRestart();
    expect(await plan.press(ana, 'Approve')).toContain('APPROVE_OWN_REQUEST');
    await plan.press(ben, 'Approve');
    await night.crashAndRestart();

    await plan.becomes('DONE');
    await night.cluster.runs('checkout', { image: good });
    await night.cluster.isWell('checkout');
    expect(night.cluster.writes('checkout')).toBe(1);
    await night.crashAndRestart();
    await night.alertStops();
    await thread.shows('RESOLVED', 'Resolved: every alert has stopped');
    expect(await thread.says('Resolved: every alert has stopped')).toBe(1);
    expect(await thread.says('alertmanager/main opened it')).toBe(1);
  },
);

scenario('a bot that was stopped and started shows what it showed', async (night) => {
  const thread = await night.crashLoop('checkout');
  await thread.hears(ana, 'ack');
  const plan = await thread.plans(ana, 'rollback');
  await thread.shows('a critical incident', 'Ana acknowledged');
  const shown = await thread.pieces();

  await night.stopsAndStarts();
  await night.process.bot.settled();
  await night.stopsAndStarts();
  await night.process.bot.settled();
  expect(await thread.pieces()).toEqual(shown);

  await plan.press(ben, 'Approve');
  await plan.becomes('DONE');
  await night.stopsAndStarts();
  await night.alertStops();
  await thread.shows('RESOLVED', 'The alert has stopped.');
  expect(await night.threads()).toBe(1);
});
