import type { Step } from '../../../src/core/operation/plan.ts';
import type { Facts } from '../../../src/core/problem.ts';
import type { FaultAct } from '../../../src/sandbox/index.ts';
import type { StepWorld } from '../../contracts/steps.ts';
import {
  checkoutPath,
  createWorld,
  deploy,
  driverOf,
  stepOf,
  type World,
  writerOf,
} from './world.ts';

type Create = () => Promise<StepWorld>;

/** One world for each kind of step this integration registers. */
export const stepWorlds: Readonly<Record<string, Create>> = {
  'kubernetes.set-template': () => worldOf('rollback', {}, { spec: { replicas: 5 } }),
  'kubernetes.set-replicas': () => worldOf('scale', { replicas: 6 }, { spec: { replicas: 5 } }),
  'kubernetes.restart': () => worldOf('restart', {}, { spec: { paused: true } }),
};

/** How long the client waits for an answer that will not come. Real time, so it is short, and only then. */
const patienceMs = 300;

async function worldOf(verb: string, args: Facts, spoiling: object): Promise<StepWorld> {
  const world = await createWorld();
  await deploy(world, { image: 'shop/checkout:1' });
  await deploy(world, { image: 'shop/checkout:2' });
  const step = stepOf(await world.draft(verb, args));
  const writes = { method: ['PUT', 'PATCH'], path: /deployments\/checkout$/ };
  let stirs = 0;
  let isFaulted = false;
  function fault(act: FaultAct): void {
    isFaulted = true;
    world.sandbox.faults.add({ ...writes, act });
  }
  return {
    step,
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
      const status = { unavailableReplicas: 100 + stirs };
      await world.admin('PATCH', `${checkoutPath}/status`, { status });
    },
    spoil: async () => void (await world.admin('PATCH', checkoutPath, spoiling)),
    cover: () => cover(world, step),
    close: () => world.close(),
  };
}

/** As `kubectl replace` from a file: no annotation of ours survives, and the spec is another one. */
async function cover(world: World, step: Step): Promise<void> {
  await world.admin('PATCH', checkoutPath, {
    metadata: { annotations: { 'tocsin.dev/operation': null } },
    spec: {
      replicas: Number(step.params['replicas'] ?? 3) + 1,
      template: { metadata: { labels: { covered: 'yes' } } },
    },
  });
}
