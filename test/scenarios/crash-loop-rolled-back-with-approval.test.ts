import { expect } from 'vitest';
import { good } from './night/cluster.ts';
import { ana, ben, scenario } from './night/night.ts';

scenario('two people roll a crash-looping release back', async (night) => {
  const thread = await night.crashLoop('checkout');
  await thread.shows('CRITICAL', 'KubePodCrashLooping: Pod is crash looping', '1 alert firing');

  await thread.hears(ana, 'ack');
  await thread.shows('Ana acknowledged');

  const plan = await thread.plans(ana, 'rollback reason="1.9.0 crashes at its start"');
  await plan.shows(
    'rollback checkout · production · `kubernetes/eu-1/shop/deployment/checkout`',
    'checkout:1.9.0 → registry.example.com/shop/checkout:1.8.2',
    'needs 1 of sre, but not Ana',
  );
  expect(night.cluster.writes('checkout')).toBe(0);

  await plan.press(ben, 'Approve');
  await plan.becomes('DONE');
  await night.cluster.runs('checkout', { image: good });
  await night.cluster.isWell('checkout');
  expect(night.cluster.writes('checkout')).toBe(1);
  expect(await plan.buttons()).toEqual(['Plan the undo']);
  await plan.shows('Ben at', 'The alert still fires.');

  await night.alertStops();
  await thread.shows('RESOLVED', 'Resolved: every alert has stopped', 'The alert has stopped.');
  await night.journal.tells(`
    IncidentOpened AlertsFired IncidentAcknowledged OperationAsked OperationPlanned
    ApprovalGiven OperationApproved OperationStarted StepIntended StepApplied StepVerified
    OperationSucceeded AlertsResolved IncidentResolved`);
});
