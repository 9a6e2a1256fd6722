import type { StepDriver } from '../../../src/core/ports/step.ts';
import { connect } from '../../../src/integrations/mongodb/index.ts';
import type { StepWorld } from '../../contracts/steps.ts';
import { startReplicaSet } from '../../fakes/mongodb/replica-set.ts';

/** One world for each kind of step this integration registers. */
export const stepWorlds: Readonly<Record<string, () => Promise<StepWorld>>> = {
  'mongodb.step-down': stepDownWorld,
};

async function stepDownWorld(): Promise<StepWorld> {
  const set = await startReplicaSet();
  const [m1, m2, m3] = set.members;
  if (!m1 || !m2 || !m3) throw new Error('a set has three members');
  const members = set.members.map(({ name }) => {
    const [host = '', port = ''] = name.split(':');
    return { host, port: Number(port) };
  });
  const config = { target: 'db', set: 'rs0', members, authSource: 'admin', timeoutMs: 1_000 };
  const target = { integration: 'mongodb', target: 'db', locator: {}, bounds: {}, show: [] };
  const request = { verb: 'failover', operation: 'op-1', service: 'orders', target, args: {} };
  const drafted = await connect(config).planner.draft(request);
  const step = drafted.ok ? drafted.steps[0] : undefined;
  if (!step) throw new Error(`it is drafted: ${JSON.stringify(drafted)}`);
  let now = 0;
  return {
    step,
    operation: 'op-1',
    now: () => now,
    driver(): StepDriver {
      const driver = connect(config).openWriter().steps[step.kind];
      if (!driver) throw new Error(`nobody registers ${step.kind}`);
      return driver;
    },
    effects: set.effects,
    async pass(ms) {
      now += ms;
      set.pass(ms);
    },
    loseAnswer: () => set.next({ kind: 'done, not answered' }),
    loseRequest: () => set.next({ kind: 'vanished' }),
    delayEffect: (ms) => set.next({ kind: 'done late, not answered', ms }),
    refuse: () => set.next({ kind: 'refused' }),
    async stir() {
      m3.lagMs += 100;
    },
    async spoil() {
      m3.state = 'RECOVERING';
    },
    async cover() {
      m1.awayUntil = 0;
      set.elect(m1);
    },
    close: () => set.close(),
  };
}
