import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { ApplyContext } from '../../../src/core/ports/step.ts';
import { problems } from '../../../src/integrations/kubernetes/index.ts';
import {
  checkoutPath,
  codeOf,
  contextOf,
  createWorld,
  daemonSet,
  deploy,
  driverOf,
  follow,
  run,
  stepOf,
  type World,
  writerOf,
} from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  await deploy(world);
});
afterEach(() => world.close());

const numbered = 'kubernetes/eu-1/shop/deployment/checkout.replicas';

it('a service is stopped whatever the bounds of scaling say, which is danger, and started with the number it had', async () => {
  const draft = await world.draft('stop', {}, { bounds: { min: 2, max: 4 } });
  expect(draft).toMatchObject({ risk: 'danger', warnings: [{ code: 'K8S_TO_ZERO' }] });
  const [stop, start] = await drafted();
  // An autoscaler, or a person, between the plan and the stop.
  await scaledTo(5);
  const stopped = await follow(world, stop, await run(world, stop));
  expect(stopped).toEqual({ state: 'done', outputs: { [numbered]: 5 } });
  expect(world.sandbox.list('pods', 'shop')).toEqual([]);
  expect(live()?.metadata.annotations?.['tocsin.dev/stopped-from']).toBe('5');

  const started = await follow(world, start, await run(world, start));
  expect(started).toMatchObject({ state: 'done', progress: { done: 5, of: 5 } });
  expect(live()?.spec.replicas).toBe(5);
  expect(live()?.metadata.annotations?.['tocsin.dev/stopped-from']).toBeUndefined();
});

it('the number is known although the answer to the stop was lost, and although nobody kept what it gave out', async () => {
  const [stop, start] = await drafted();
  await scaledTo(4);
  world.sandbox.faults.add({ method: ['PATCH'], path: /checkout$/, act: { kind: 'reset-after' } });
  const ran = await run(world, stop);
  expect(ran.applied?.outcome).toBe('unknown');
  const driver = driverOf(writerOf(world.reconnect()), stop);
  expect(await driver.probe(stop, ran.applying ?? nothing())).toBe('yes');
  await world.clock.advanceAsync(60_000);
  expect(await driver.observe(stop, contextOf(world))).toMatchObject({
    outputs: { [numbered]: 4 },
  });

  await follow(world, start, await run(world, start));
  expect(live()?.spec.replicas).toBe(4);
});

it('what was shown counts where both the output and the note are lost', async () => {
  const [, start] = await drafted();
  await scaledTo(0);
  await follow(world, start, await run(world, start));
  expect(live()?.spec.replicas).toBe(3);
});

it('it is stopped only once its last pod is gone: one that ends still holds its connections', async () => {
  const [stop] = await drafted();
  const ran = await run(world, stop);
  await world.admin('POST', '/api/v1/namespaces/shop/pods', {
    metadata: { name: 'checkout-lingers', labels: { app: 'checkout' } },
    spec: { containers: [{ name: 'app', image: 'shop/checkout:1' }] },
  });
  await world.clock.advanceAsync(60_000);
  const driver = driverOf(world.writer, stop);
  const seen = await driver.observe(stop, ran.applying ?? nothing());
  expect(seen).toMatchObject({ state: 'progress', progress: { what: '1 pods still ending' } });
});

it('a service that runs is not started, whoever scaled it, and one that had nothing stays at nothing', async () => {
  const [stop, start] = await drafted();
  expect(await run(world, start)).toMatchObject({ checked: 'K8S_STEP_ALREADY_APPLIED' });
  await scaledTo(0);
  await follow(world, stop, await run(world, stop));
  expect(await run(world, start)).toMatchObject({ checked: 'K8S_STEP_ALREADY_APPLIED' });
  await scaledTo(2);
  expect(await driverOf(world.writer, start).observe(start, contextOf(world))).toMatchObject({
    state: 'done',
  });
  expect(live()?.spec.replicas).toBe(2);
});

it('a cluster that does not answer is asked again before a start is given up; one that forbids it is not', async () => {
  const [, start] = await drafted();
  await scaledTo(0);
  const gone = { method: 'GET', path: /checkout$/, act: { kind: 'answer', code: 503 } } as const;
  for (const _ of [1, 2, 3, 4]) world.sandbox.faults.add(gone);
  const driver = driverOf(writerOf(world.reconnect()), start);
  const checked = await driver.check(start, contextOf(world));
  if (!checked.ok) throw new Error(checked.problem.code);
  const sent: ApplyContext = { ...contextOf(world), token: checked.token, attempt: 1 };
  expect(await driver.apply(start, sent)).toMatchObject({ outcome: 'unknown' });
  expect(await driver.probe(start, sent)).toBe('cannot-know');
  expect(live()?.spec.replicas).toBe(0);
  // It answers again: nothing was sent, so it can be begun.
  expect(await driver.probe(start, sent)).toBe('no');
  await follow(world, start, await run(world, start));
  expect(live()?.spec.replicas).toBe(3);

  await scaledTo(0);
  world.sandbox.setRules('read', []);
  expect(await run(world, start)).toMatchObject({ checked: 'K8S_FORBIDDEN' });
  expect(problems['K8S_FORBIDDEN']).toBeDefined();
});

it('what runs once on each node cannot be stopped so', async () => {
  world.sandbox.seed.daemonSet({ namespace: 'shop', name: 'agent', image: 'shop/agent:1' });
  expect(codeOf(await world.draft('stop', {}, { locator: daemonSet }))).toBe('K8S_NOT_SCALABLE');
});

async function drafted(): Promise<readonly [Step, Step]> {
  const start = { ...stepOf(await world.draft('start')), id: 's2' };
  return [stepOf(await world.draft('stop')), start];
}

async function scaledTo(replicas: number): Promise<void> {
  await world.admin('PATCH', checkoutPath, { spec: { replicas } });
  await world.clock.advanceAsync(60_000);
}

function live() {
  return world.sandbox.get('deployments', 'shop', 'checkout');
}

function nothing(): never {
  throw new Error('nothing was sent');
}
