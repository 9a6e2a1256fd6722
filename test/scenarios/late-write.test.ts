import { expect } from 'vitest';
import { before, good } from './night/cluster.ts';
import { ana, ben, cleo, scenario } from './night/night.ts';

const write = { method: 'PUT', dryRun: false } as const;

scenario(
  'a write that lands ten seconds after we gave up is applied once and believed',
  async (night) => {
    const thread = await night.alertmanagerTells('checkout');
    const plan = await thread.plans(ana, 'rollback');
    night.cluster.sandbox.faults.add({ ...write, act: { kind: 'apply-late', ms: 10_000 } });
    await plan.press(ben, 'Approve');
    await plan.becomes('RUNNING');
    await night.cluster.gaveUp();
    expect(night.cluster.image('checkout')).toBe(good);
    expect(await plan.text()).not.toContain('Nothing was changed');

    night.passes(10_000);
    await plan.becomes('DONE');
    expect(night.cluster.image('checkout')).toBe(before);
    expect(night.cluster.writes('checkout')).toBe(1);
    const events = await night.journal.told();
    expect(events.filter(({ type }) => type === 'StepIntended')).toHaveLength(1);
    expect(events.find(({ type }) => type === 'StepApplied')?.event).toMatchObject({
      known: 'probe',
    });
  },
);

scenario(
  'a late write that lands after the second one is refused by the cluster',
  async (night) => {
    const thread = await night.alertmanagerTells('checkout');
    const plan = await thread.plans(ana, 'rollback');
    night.cluster.sandbox.faults.add({ ...write, act: { kind: 'apply-late', ms: 10_000 } });
    await plan.press(ben, 'Approve');
    await night.cluster.gaveUp();
    // The object leaves the version that the lost write names, and so it can never land.
    night.cluster.touches('checkout');
    await plan.becomes('DONE');
    night.passes(10_000);
    await night.cluster.isWell('checkout');
    expect(night.cluster.image('checkout')).toBe(before);
    expect(night.cluster.writes('checkout')).toBe(1);
  },
);

scenario('a late write is applied once though the bot crashed meanwhile', async (night) => {
  const thread = await night.alertmanagerTells('checkout');
  const plan = await thread.plans(ana, 'rollback');
  night.cluster.sandbox.faults.add({ ...write, act: { kind: 'apply-late', ms: 10_000 } });
  await plan.press(ben, 'Approve');
  await night.cluster.gaveUp();
  await night.crashAndRestart();
  night.passes(5000);
  await plan.becomes('RUNNING');

  night.passes(5000);
  await plan.becomes('DONE');
  expect(night.cluster.image('checkout')).toBe(before);
  expect(night.cluster.writes('checkout')).toBe(1);
});

scenario('an answer that got lost is looked up, not asked for again', async (night) => {
  const thread = await night.crashLoop('checkout');
  const plan = await thread.plans(ana, 'rollback');
  night.cluster.sandbox.faults.add({ ...write, act: { kind: 'drop-response' } });
  await plan.press(ben, 'Approve');
  await plan.becomes('DONE');
  expect(night.cluster.writes('checkout')).toBe(1);
});

scenario('a write that never arrived is made again once it can no longer land', async (night) => {
  const thread = await night.alertmanagerTells('checkout');
  const plan = await thread.plans(ana, 'rollback');
  night.cluster.sandbox.faults.add({ ...write, act: { kind: 'hang' } });
  await plan.press(ben, 'Approve');
  await night.cluster.gaveUp();
  expect(night.cluster.writes('checkout')).toBe(0);

  night.passes(60_000);
  await plan.becomes('DONE');
  expect(night.cluster.writes('checkout')).toBe(1);
  const events = await night.journal.told();
  expect(events.filter(({ type }) => type === 'StepIntended')).toHaveLength(2);
});

scenario('a write that waited too long after its check is not sent', async (night) => {
  const thread = await night.alertmanagerTells('checkout');
  const plan = await thread.plans(ana, 'rollback');
  // The disk takes a minute for the intent: what is sent now could land when nobody reckons with it any more.
  night.process.whenWritten('StepIntended', () => night.passes(60_000));
  await plan.press(ben, 'Approve');
  await plan.becomes('DONE');

  const told = (await night.journal.told()).map(({ type }) => type).join(' ');
  expect(told).toContain('StepIntended StepMissed StepIntended StepApplied');
  const { requests } = night.cluster.sandbox.ledger;
  expect(requests.filter(({ method, dryRun }) => method === 'PUT' && !dryRun)).toHaveLength(1);
  expect(night.cluster.writes('checkout')).toBe(1);
});

scenario('what nobody can know is settled by somebody else than who asked', async (night) => {
  const thread = await night.alertmanagerTells('checkout');
  const plan = await thread.plans(ana, 'rollback');
  night.cluster.sandbox.faults.add({ ...write, act: { kind: 'hang' } });
  await plan.press(ben, 'Approve');
  await night.cluster.gaveUp();
  // Somebody else's change hides whether ours ever stood there.
  night.cluster.deploys('checkout', 'registry.example.com/shop/checkout:1.9.4');
  night.passes(60_000);
  await plan.becomes('UNKNOWN');
  await plan.shows('Not known: s1', 'STEP_OUTCOME_UNKNOWN');
  await thread.shows(`nobody knows how \`${plan.operation}\` ended: look and settle`);
  expect(await plan.text()).not.toContain('Nothing was changed');

  const waiting = await thread.plans(ben, 'scale 5');
  await waiting.press(ana, 'Approve');
  await waiting.shows(`Waits for \`${plan.operation}\` on the same target.`);

  expect(await plan.press(ana, 'It is not done')).toContain('SETTLE_OWN_REQUEST');
  expect(await plan.press(cleo, 'It is not done')).toContain('NOT_AN_APPROVER');
  await plan.press(ben, 'It is not done');
  await plan.becomes('FAILED');
  await plan.shows('Settled as not-done by Ben');
  await night.cluster.runs('checkout', { replicas: 5 });
  expect(night.cluster.writes('checkout')).toBe(1);
});
