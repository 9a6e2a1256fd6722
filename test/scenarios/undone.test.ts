import { expect } from 'vitest';
import { bad, good } from './night/cluster.ts';
import { ana, ben, scenario } from './night/night.ts';

scenario('a rollback that was done is taken back by a plan of its own', async (night) => {
  const thread = await night.crashLoop('checkout');
  const plan = await thread.plans(ana, 'rollback');
  await plan.press(ben, 'Approve');
  await plan.becomes('DONE');

  const undo = await thread.plans(ana, `undo ${plan.operation}`);
  await undo.shows(`takes back \`${plan.operation}\``);
  expect(night.cluster.image('checkout')).toBe(good);
  expect(await undo.press(ana, 'Approve')).toContain('APPROVE_OWN_REQUEST');
  await undo.press(ben, 'Approve');
  await night.cluster.runs('checkout', { image: bad });
  expect(night.cluster.writes('checkout')).toBe(2);
});

scenario('a rollback that failed offers its undo', async (night) => {
  night.cluster.deploys('checkout', 'registry.example.com/shop/checkout:1.8.3-missing');
  night.cluster.deploys('checkout', good, { FIXED: 'yes' });
  const thread = await night.alertmanagerTells('checkout');
  const plan = await thread.plans(ana, 'rollback');
  await plan.press(ben, 'Approve');
  await plan.becomes('FAILED');
  await plan.shows('K8S_IMAGE_PULL');
  expect(await plan.buttons()).toEqual(['Plan the undo']);

  expect(await plan.press(ben, 'Plan the undo')).toContain('The plan is ready');
  const undo = await thread.card('undo checkout');
  await undo.becomes('WAITING');
  await undo.press(ana, 'Approve');
  await undo.becomes('DONE');
  expect(night.cluster.image('checkout')).toBe(good);
  await night.cluster.isWell('checkout');
});

scenario('nothing is undone once somebody else wrote over it', async (night) => {
  const thread = await night.crashLoop('checkout');
  const plan = await thread.plans(ana, 'rollback');
  await plan.press(ben, 'Approve');
  await plan.becomes('DONE');
  night.cluster.deploys('checkout', 'registry.example.com/shop/checkout:1.9.3');

  const answer = await thread.hears(ana, `undo ${plan.operation}`);
  expect(answer).toContain('Nothing was changed.');
  expect(answer).not.toContain('The plan is ready');
  expect(night.cluster.image('checkout')).toBe('registry.example.com/shop/checkout:1.9.3');
});
