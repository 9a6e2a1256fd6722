import { expect } from 'vitest';
import { bad } from './night/cluster.ts';
import { ana, cleo, scenario } from './night/night.ts';

scenario('who asked for a change cannot approve it, nor can a guest', async (night) => {
  const thread = await night.crashLoop('checkout');
  const plan = await thread.plans(ana, 'rollback');

  const own = await plan.press(ana, 'Approve');
  expect(own).toContain('You asked for it, so somebody else must approve it.');
  expect(own).toContain('APPROVE_OWN_REQUEST');
  expect(await plan.press(cleo, 'Approve')).toContain('NOT_AN_APPROVER');
  expect(await plan.press('mallory', 'Approve')).toContain('PERSON_NOT_BOUND');

  await plan.becomes('WAITING');
  expect(await plan.buttons()).toEqual(['Approve', 'Decline']);
  expect(night.cluster.image('checkout')).toBe(bad);
  expect(night.cluster.writes('checkout')).toBe(0);
  await night.journal.tells(`
    IncidentOpened AlertsFired OperationAsked OperationPlanned
    RequestRefused RequestRefused`);
});
