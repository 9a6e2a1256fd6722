import { compensationsOf, type Step } from '../../../src/core/operation/plan.ts';
import type { Draft, StepDriver } from '../../../src/core/ports/step.ts';
import { driversOf } from '../../../src/integrations/redis/index.ts';
import { createPlanner } from '../../../src/integrations/redis/planner.ts';
import { addressOf, type RedisConfig } from '../../../src/integrations/redis/schema.ts';
import type { StepWorld } from '../../contracts/steps.ts';
import { createFakeRedis, type FakeRedis, fakeNames } from '../../fakes/redis.ts';

const [first, second, third] = fakeNames;

/** One world for each kind of step this integration registers. */
export const stepWorlds: Readonly<Record<string, () => Promise<StepWorld>>> = {
  'redis.switch-master': () =>
    worldOf({
      kind: 'sentinels',
      command: /^SENTINEL FAILOVER/,
      pick: (steps) => steps[0],
      // Somebody else promotes the old one again.
      cover(redis) {
        redis.promote(first);
        redis.follow(second, first);
        redis.told.master = first;
      },
    }),
  'redis.demote': () =>
    worldOf({
      kind: 'sentinels',
      command: /^REPLICAOF/,
      pick: (steps) => steps[1],
      before(redis) {
        pausedBy(redis);
        redis.promote(second);
        redis.told.master = second;
      },
      cover: (redis) => redis.promote(first),
    }),
  'redis.release': () =>
    worldOf({
      kind: 'sentinels',
      command: /^CLIENT UNPAUSE/,
      pick: ([step]) => step && compensationsOf(step)[0],
      before: pausedBy,
      cover(redis) {
        pausedBy(redis);
        const master = redis.servers.get(first);
        if (master) master.pausedUntil = redis.now() + 600_000;
      },
    }),
  'redis.hand-over': () =>
    worldOf({
      kind: 'servers',
      command: /^FAILOVER/,
      pick: (steps) => steps[0],
      cover(redis) {
        redis.promote(first);
        redis.follow(second, first);
      },
    }),
  'redis.take-slots': () =>
    worldOf({
      kind: 'cluster',
      command: /^CLUSTER FAILOVER/,
      pick: (steps) => steps[0],
      args: { to: '10.0.0.4:6379' },
      cover(redis) {
        redis.promote(first);
        redis.follow('10.0.0.4:6379', first);
      },
    }),
};

interface Ground {
  readonly kind: RedisConfig['kind'];
  readonly command: RegExp;
  readonly pick: (steps: readonly Step[]) => Step | undefined;
  readonly args?: Readonly<Record<string, string>>;
  /** What the steps before this one did. */
  readonly before?: (redis: FakeRedis) => void;
  readonly cover: (redis: FakeRedis) => void;
}

async function worldOf(ground: Ground): Promise<StepWorld> {
  const redis = createFakeRedis({ asCluster: ground.kind === 'cluster' });
  const config = configOf(ground.kind, redis);
  const drafted = await draftOn(redis, ground.kind, ground.args ?? {});
  const step = drafted.ok ? ground.pick(drafted.steps) : undefined;
  if (!step) throw new Error(`it is drafted: ${JSON.stringify(drafted)}`);
  ground.before?.(redis);
  redis.watch(ground.command);
  return {
    step,
    operation: 'op-1',
    now: redis.now,
    driver(): StepDriver {
      const driver = driversOf(config, redis.connections)[step.kind];
      if (!driver) throw new Error(`nobody registers ${step.kind}`);
      return driver;
    },
    effects: redis.effects,
    async pass(ms) {
      redis.pass(ms);
    },
    loseAnswer: () => redis.next({ kind: 'done, not answered' }),
    loseRequest: () => redis.next({ kind: 'vanished' }),
    delayEffect: (ms) => redis.next({ kind: 'done late, not answered', ms }),
    refuse: () => redis.next({ kind: 'refused' }),
    async stir() {
      for (const server of redis.servers.values()) server.offset += 10_000;
    },
    async spoil() {
      for (const name of [third, '10.0.0.4:6379', second]) {
        Object.assign(redis.servers.get(name) ?? {}, { isLinked: false });
      }
    },
    async cover() {
      ground.cover(redis);
    },
    async close() {},
  };
}

/** As the first step leaves it: claimed, and writes held back. */
function pausedBy(redis: FakeRedis): void {
  const master = redis.servers.get(first);
  master?.keys.add('tocsin:failover:op-1:s1');
  if (master) master.pausedUntil = redis.now() + 40_000;
}

export function draftOn(
  redis: FakeRedis,
  kind: RedisConfig['kind'],
  args: Readonly<Record<string, string>> = {},
): Promise<Draft> {
  return createPlanner(configOf(kind, redis), redis.connections).draft({
    verb: 'failover',
    operation: 'op-1',
    service: 'checkout',
    target: { integration: 'redis', target: 'cache-main', locator: {}, bounds: {}, show: [] },
    args,
  });
}

export function configOf(kind: RedisConfig['kind'], redis: FakeRedis): RedisConfig {
  const way = { target: 'cache-main', servers: {}, sentinelLogin: {}, timeoutMs: 3_000 };
  if (kind === 'sentinels') {
    const sentinels = [1, 2, 3].map((port) => ({ host: '10.0.1.1', port }));
    return { ...way, kind, sentinels, master: 'cache' };
  }
  return {
    ...way,
    kind,
    nodes: [...redis.servers.keys()].flatMap((name) => addressOf(name) ?? []),
  };
}
