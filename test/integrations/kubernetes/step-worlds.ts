import type { Step } from '../../../src/core/operation/plan.ts';
import type { TargetRef } from '../../../src/core/ports/step.ts';
import type { FaultAct } from '../../../src/sandbox/index.ts';
import type { StepWorld } from '../../contracts/steps.ts';
import {
  checkout,
  checkoutPath,
  createWorld,
  driverOf,
  statefulSet,
  stepOf,
  type World,
  writerOf,
} from './world.ts';

type Create = () => Promise<StepWorld>;

/** One world for each kind of step this integration registers. */
export const stepWorlds: Readonly<Record<string, Create>> = {
  'kubernetes.set-template': () => worldOf(ofDeployment, 'rollback', { spec: { replicas: 5 } }),
  'kubernetes.set-replicas': () => worldOf(ofDeployment, 'scale', { spec: { replicas: 5 } }),
  'kubernetes.stop': () => worldOf(ofDeployment, 'stop', {}),
  'kubernetes.start': () => worldOf(ofDeployment, 'start', {}),
  'kubernetes.run-job': worldOfJob,
  'kubernetes.restart': () => worldOf(ofDeployment, 'restart', { spec: { paused: true } }),
};

/** The same step, written another way: a strategic merge patch, and no ReplicaSet that keeps a mark. */
export const otherWorlds: Readonly<Record<string, Create>> = {
  'kubernetes.set-template of a StatefulSet': () =>
    worldOf(ofStatefulSet, 'rollback', { spec: { replicas: 5 } }),
};

interface Ground {
  readonly locator: TargetRef['locator'];
  readonly path: string;
  seed(world: World, image: string): void;
  /** A status that says nothing to anybody. */
  readonly idleStatus: string;
}

const ofDeployment: Ground = {
  locator: checkout.locator,
  path: checkoutPath,
  seed: (world, image) =>
    world.sandbox.seed.deployment({ namespace: 'shop', name: 'checkout', image, replicas: 3 }),
  idleStatus: 'unavailableReplicas',
};

const ofStatefulSet: Ground = {
  locator: statefulSet,
  path: '/apis/apps/v1/namespaces/shop/statefulsets/cart',
  seed: (world, image) =>
    world.sandbox.seed.statefulSet({ namespace: 'shop', name: 'cart', image, replicas: 3 }),
  idleStatus: 'collisionCount',
};

/** As the step leaves it that stops it. */
const stopped = {
  metadata: { annotations: { 'tocsin.dev/stopped-from': '3' } },
  spec: { replicas: 0 },
};

/** How long the client waits for an answer that will not come. Real time, so it is short, and only then. */
const patienceMs = 300;

async function worldOf(ground: Ground, verb: string, spoiling: object): Promise<StepWorld> {
  const world = await createWorld();
  const { path, locator } = ground;
  for (const image of ['shop/it:1', 'shop/it:2']) {
    ground.seed(world, image);
    await world.clock.advanceAsync(10_000);
  }
  const step = stepOf(
    await world.draft(verb, verb === 'scale' ? { replicas: 6 } : {}, { locator }),
  );
  if (verb === 'start') await world.admin('PATCH', path, stopped);
  await world.clock.advanceAsync(10_000);
  const writes = { method: ['PUT', 'PATCH'], path: new RegExp(`${path}$`) };
  let stirs = 0;
  let isFaulted = false;
  function fault(act: FaultAct): void {
    isFaulted = true;
    world.sandbox.faults.add({ ...writes, act });
  }
  return {
    step,
    isPatient: verb === 'start',
    operation: 'op-1',
    now: () => world.clock.now(),
    driver() {
      const cluster = world.reconnect(isFaulted ? { timeoutMs: patienceMs } : {});
      isFaulted = false;
      return driverOf(writerOf(cluster), step);
    },
    effects: () =>
      world.sandbox.ledger
        .applied({ fieldManager: 'tocsin' })
        .filter((write) => write.annotations['tocsin.dev/operation']?.startsWith('op-1/s1/'))
        .length,
    pass: (ms) => world.clock.advanceAsync(ms),
    loseAnswer: () => fault({ kind: 'reset-after' }),
    loseRequest: () => fault({ kind: 'hang' }),
    delayEffect: (ms) => fault({ kind: 'apply-late', ms }),
    refuse: () => fault({ kind: 'answer', code: 429 }),
    async stir() {
      stirs += 1;
      const status = { [ground.idleStatus]: 100 + stirs };
      await world.admin('PATCH', `${path}/status`, { status });
    },
    spoil: async () => void (await world.admin('PATCH', path, spoiling)),
    cover: () => cover(world, path, step),
    close: () => world.close(),
  };
}

/** A CronJob that is run once, by a Job of its own name. */
async function worldOfJob(): Promise<StepWorld> {
  const world = await createWorld();
  world.sandbox.seed.cronJob({ namespace: 'shop', name: 'dump', image: 'shop/dump:1' });
  await world.clock.advanceAsync(1_000);
  const locator = { namespace: 'shop', cronjob: 'dump' };
  const args = { environment: 'production', what: 'database' };
  const step = stepOf(await world.draft('backup', args, { locator }));
  const path = '/apis/batch/v1/namespaces/shop/cronjobs/dump';
  let isFaulted = false;
  function fault(act: FaultAct): void {
    isFaulted = true;
    world.sandbox.faults.add({ method: 'POST', path: /\/jobs$/, act });
  }
  return {
    step,
    operation: 'op-1',
    isStill: true,
    now: () => world.clock.now(),
    driver() {
      const cluster = world.reconnect(isFaulted ? { timeoutMs: patienceMs } : {});
      isFaulted = false;
      return driverOf(writerOf(cluster), step);
    },
    effects: () => world.sandbox.ledger.applied({ fieldManager: 'tocsin' }).length,
    pass: (ms) => world.clock.advanceAsync(ms),
    loseAnswer: () => fault({ kind: 'reset-after' }),
    loseRequest: () => fault({ kind: 'hang' }),
    delayEffect: (ms) => fault({ kind: 'apply-late', ms }),
    refuse: () => fault({ kind: 'answer', code: 429 }),
    stir: async () =>
      void (await world.admin('PATCH', `${path}/status`, {
        status: { lastScheduleTime: '2026-11-26T03:00:00Z' },
      })),
    spoil: async () =>
      void (await world.admin('PATCH', path, {
        spec: { jobTemplate: { spec: { backoffLimit: 1 } } },
      })),
    async cover() {
      const [job] = world.sandbox.list('jobs', 'shop');
      const name = job?.metadata.name ?? '';
      await world.admin('PATCH', `/apis/batch/v1/namespaces/shop/jobs/${name}`, {
        metadata: { annotations: { 'tocsin.dev/operation': null } },
      });
    },
    close: () => world.close(),
  };
}

/** As `kubectl replace` from a file: no annotation of ours survives, and the spec is another one. */
async function cover(world: World, path: string, step: Step): Promise<void> {
  await world.admin('PATCH', path, {
    metadata: { annotations: { 'tocsin.dev/operation': null } },
    spec: {
      replicas: Number(step.params['replicas'] ?? 3) + 1,
      template: { metadata: { labels: { covered: 'yes' } } },
    },
  });
}
