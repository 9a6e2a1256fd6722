import { Secret } from '../../../src/core/secret.ts';
import {
  connect,
  type Integration,
  type PatroniConfig,
} from '../../../src/integrations/patroni/index.ts';
import type { StepWorld } from '../../contracts/steps.ts';
import { type FakePatroni, startFakePatroni } from '../../fakes/patroni.ts';

/** One world for each kind of step this integration registers. */
export const stepWorlds: Readonly<Record<string, () => Promise<StepWorld>>> = {
  'patroni.switchover': () => worldOf(() => undefined),
  'patroni.failover': () =>
    worldOf(({ state }) => {
      for (const name of ['n1']) if (state.members[name]) state.members[name].silent = true;
    }),
};

async function worldOf(prepare: (patroni: FakePatroni) => void): Promise<StepWorld> {
  const patroni = await startFakePatroni();
  prepare(patroni);
  const opened: Integration[] = [];
  const connected = () => {
    const integration = connect(configOf(patroni));
    opened.push(integration);
    return integration;
  };
  const drafted = await connected().planner.draft(request);
  const step = drafted.ok ? drafted.steps[0] : undefined;
  if (!step) throw new Error('it is drafted');
  return {
    step,
    operation: 'op-1',
    now: patroni.now,
    driver() {
      const driver = connected().openWriter().steps[step.kind];
      if (!driver) throw new Error(`nobody registers ${step.kind}`);
      return driver;
    },
    effects: patroni.effects,
    async pass(ms) {
      patroni.pass(ms);
    },
    loseAnswer: () => patroni.next({ kind: 'done, not answered' }),
    loseRequest: () => patroni.next({ kind: 'vanished' }),
    delayEffect: (ms) => patroni.next({ kind: 'done late, not answered', ms }),
    refuse: () =>
      patroni.next({
        kind: 'answer',
        status: 412,
        text: 'switchover is not possible: no good candidates have been found',
      }),
    async stir() {
      for (const member of Object.values(patroni.state.members)) member.position += 5_000;
      const { n2 } = patroni.state.members;
      if (n2) n2.lag = 4_096;
    },
    async spoil() {
      patroni.state.paused = true;
    },
    async cover() {
      patroni.lead('n1');
    },
    async close() {
      for (const each of opened) each.close();
      await patroni.close();
    },
  };
}

export const request = {
  verb: 'failover',
  operation: 'op-1',
  service: 'checkout',
  target: { integration: 'patroni', target: 'pg-main', locator: {}, bounds: {}, show: [] },
  args: {},
};

export function configOf({ endpoints }: Pick<FakePatroni, 'endpoints'>): PatroniConfig {
  return {
    target: 'pg-main',
    endpoints,
    basic: { username: 'operator', password: new Secret('let-me-switch') },
    timeoutMs: 3_000,
    actionTimeoutMs: 30_000,
  };
}
