import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  evolve,
  initialOperation,
  type OperationEvent,
  type OperationState,
} from '../../../src/core/operation/operation.ts';
import type { Step } from '../../../src/core/operation/plan.ts';
import { isAsShown } from '../../../src/core/operation/undo.ts';
import type { Draft } from '../../../src/core/ports/step.ts';
import { applied, intended, running, T0 } from '../../core/operation/sample.ts';
import {
  checkout,
  checkoutPath,
  codeOf,
  createWorld,
  deploy,
  follow,
  liveImage,
  ourWrites,
  run,
  stepOf,
  type World,
  withBadDeploy,
} from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  await withBadDeploy(world);
});
afterEach(() => world.close());

function undo(undoes?: Step): Promise<Draft> {
  return world.cluster.planner.draft({
    verb: 'undo',
    operation: 'op-2',
    service: 'checkout',
    target: { ...checkout, bounds: { min: 4 } },
    args: {},
    ...(undoes === undefined ? {} : { undoes }),
  });
}

async function did(verb: string, args = {}): Promise<Step> {
  const step = stepOf(await world.draft(verb, args));
  const ran = await run(world, step);
  expect(ran.applied?.outcome).toBe('applied');
  await follow(world, step, ran);
  return step;
}

/** An operation of that step, which took effect. */
function stateOf(step: Step): OperationState {
  const events: readonly OperationEvent[] = [
    ...running({ plan: { steps: [step] } }),
    intended(step.id),
    applied(step.id),
  ];
  return events.reduce(
    (state, event) => evolve(state, event, { at: T0 }),
    initialOperation('op-1'),
  );
}

describe('an undo', () => {
  it('of a rollback brings the template back that ran before', async () => {
    const back = stepOf(await undo(await did('rollback')));
    expect((await run(world, back, 'op-2')).applied?.outcome).toBe('applied');
    expect(liveImage(world)).toBe('shop/checkout:2-crash');
  });

  it('of a scale brings the number back, whatever the bounds say now', async () => {
    const back = stepOf(await undo(await did('scale', { replicas: 6 })));
    expect(back.change).toEqual([{ path: 'replicas', what: 'changed', from: '6', to: '3' }]);
    await run(world, back, 'op-2');
    expect(world.sandbox.get('deployments', 'shop', 'checkout')?.spec.replicas).toBe(3);
  });

  it.each([
    ['rollback', {}],
    ['scale', { replicas: 6 }],
  ] as const)('of a %s does what its plan showed', async (verb, args) => {
    const step = await did(verb, args);
    const back = stepOf(await undo(step));
    const ran = stateOf(step);
    expect(isAsShown(ran, [back])).toBe(true);
    expect(isAsShown(ran, [{ ...back, params: { ...back.params, replicas: 1 } }])).toBe(false);
  });

  it('is a plan like any other: simulated, shown and stale once the world moved', async () => {
    const draft = await undo(await did('rollback'));
    expect(draft.ok && draft.diff.map((change) => change.path)).toContain(
      'spec.template.spec.containers[checkout].image',
    );
    await world.admin('PATCH', checkoutPath, { spec: { replicas: 9 } });
    expect(await run(world, stepOf(draft), 'op-2')).toMatchObject({ checked: 'PLAN_STALE' });
  });

  it('of a restart is refused', async () => {
    expect(codeOf(await undo(await did('restart')))).toBe('K8S_IRREVERSIBLE');
  });

  it('of nothing is refused', async () => {
    expect(codeOf(await undo())).toBe('K8S_IRREVERSIBLE');
  });

  it('is refused once somebody wrote over it', async () => {
    const step = await did('rollback');
    await deploy(world, { image: 'shop/checkout:5' });
    expect(await undo(step)).toMatchObject({
      problem: { code: 'K8S_UNDO_OVERTAKEN', facts: { field: 'template' } },
    });
    const scaled = await did('scale', { replicas: 6 });
    await world.admin('PATCH', checkoutPath, { spec: { replicas: 7 } });
    expect(await undo(scaled)).toMatchObject({
      problem: { code: 'K8S_UNDO_OVERTAKEN', facts: { field: 'replicas', wanted: 6, observed: 7 } },
    });
  });

  it('is refused when the revision is no longer kept', async () => {
    const step = await did('rollback');
    if (step.undo === 'irreversible') throw new Error('irreversible');
    const name = String(step.undo.params['revisionName']);
    await world.admin('DELETE', `/apis/apps/v1/namespaces/shop/replicasets/${name}`);
    expect(codeOf(await undo(step))).toBe('K8S_REVISION_GONE');
  });

  it('of a workload made anew is refused', async () => {
    const step = await did('scale', { replicas: 6 });
    await world.admin('DELETE', checkoutPath);
    await world.clock.advanceAsync(5_000);
    await deploy(world, { replicas: 6 });
    expect(await undo(step)).toMatchObject({
      problem: { code: 'K8S_UNDO_OVERTAKEN', facts: { field: 'identity' } },
    });
  });
});

describe('a request that something on the way sent twice', () => {
  it('is believed, though the answer is the conflict of the second', async () => {
    world.sandbox.faults.add({
      act: { kind: 'answer', code: 409, applied: true },
      method: 'PUT',
      dryRun: false,
    });
    const ran = await run(world, stepOf(await world.draft('rollback')));
    expect(ran.applied).toEqual({ outcome: 'applied' });
    expect(ourWrites(world)).toBe(1);
  });
});
