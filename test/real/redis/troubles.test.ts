import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Draft, StepDriver } from '../../../src/core/ports/step.ts';
import { connect } from '../../../src/integrations/redis/index.ts';
import type { RedisConfig } from '../../../src/integrations/redis/schema.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { grantAsThePageSays, grantAtSentinels, logins } from './redis-processes.ts';
import { type RedisSet, startRedisSet } from './redis-servers.ts';

// One set for all of them, in this order: each leaves it as the next one finds it. Its Sentinels ask for a password.
let set: RedisSet;
beforeAll(async () => {
  set = await startRedisSet({ sentinelPassword: 'of-the-operator' });
  await grantAsThePageSays(set.client, set.ports);
  await grantAtSentinels(set.client, set.sentinels);
}, 120_000);
afterAll(() => set?.stop());

it('a wrong password at the Sentinels is said as such, and nothing is planned', async () => {
  for (const sentinelLogin of [{}, { username: 'tocsin', password: 'another' }]) {
    const drafted = await integration({ sentinelLogin }).planner.draft(request);
    expect(drafted).toMatchObject({ ok: false });
    expect(JSON.stringify(drafted)).toMatch(/NOAUTH|WRONGPASS/);
    expect(JSON.stringify(drafted)).not.toContain('another');
  }
});

it('what is not a failover is not asked of a Redis, nor a failover of a mode', async () => {
  const scaled = await integration().planner.draft({ ...request, verb: 'scale' });
  expect(scaled).toMatchObject({ ok: false, problem: { code: 'REDIS_UNKNOWN_VERB' } });
});

it('Sentinels that never answered are left alone for a while, and so they say', async () => {
  const [dead = 0] = await freePorts(1);
  const target = integration({ sentinels: [{ host: '127.0.0.1', port: dead }] });
  const codes: string[] = [];
  for (let time = 0; time < 6; time += 1) {
    const found = await target.standing();
    codes.push(found.ok ? 'ok' : found.problem.code);
  }
  expect([...new Set(codes)]).toEqual(['REDIS_UNREACHABLE', 'REDIS_RESTS']);
  expect(target.health()).toBe('down');
});

it('a cluster of which no node answers is said to be silent', async () => {
  const nodes = (await freePorts(2)).map((port) => ({ host: '127.0.0.1', port }));
  const { planner } = connect({ kind: 'cluster', target: 'cache-main', nodes, ...way });
  const drafted = await planner.draft(request);
  expect(drafted).toMatchObject({ ok: false, problem: { code: 'REDIS_CLUSTER_SILENT' } });
});

it('with the rights of the page and no other, at servers and Sentinels, a failover is done to its end', async () => {
  const { planner, standing, endpoint } = integration();
  expect(await standing()).toMatchObject({
    ok: true,
    value: { master: `127.0.0.1:${set.ports[0]}`, replicas: 2, unanswered: 0 },
  });
  expect(await endpoint?.(3_000).check()).toBeUndefined();
  const [s1, s2, c1] = stepsOf(await planner.draft(request));
  // What is not begun can neither be gone on with nor be taken back.
  expect(await driverOf(s2).check(s2, context)).toMatchObject({
    ok: false,
    problem: { code: 'REDIS_NOT_MASTER' },
  });
  expect(await driverOf(c1).check(c1, context)).toMatchObject({
    ok: false,
    ours: true,
    problem: { code: 'REDIS_OPEN_ALREADY' },
  });
  await brought(s1);
  await brought(s2);
  expect(await driverOf(s2).check(s2, context)).toMatchObject({
    ok: false,
    ours: true,
    problem: { code: 'REDIS_FOLLOWS_ALREADY' },
  });
  const [old = 0] = set.ports;
  expect(String(await set.client(old).call('ROLE'))).toMatch(/^slave/);
});

it('a failover that this operation has claimed is not begun a second time', async () => {
  const [step] = stepsOf(await drafted());
  const master = await masterNow();
  await set.client(master).set(`tocsin:failover:${request.operation}:s1`, '1', 'EX', '60');
  expect(await driverOf(step).check(step, context)).toMatchObject({
    ok: false,
    problem: { code: 'REDIS_CLAIMED' },
  });
  await set.client(master).del(`tocsin:failover:${request.operation}:s1`);
});

it('Sentinels that name different masters are not believed', async () => {
  const sentinel = set.client(set.sentinels[2] ?? 0);
  const master = await masterNow();
  const other = set.ports.find((port) => port !== master) ?? 0;
  await sentinel.call('SENTINEL', 'REMOVE', 'cache');
  // By an address that no server gives of itself, so that it is not led to the master by what it hears.
  await sentinel.call('SENTINEL', 'MONITOR', 'cache', '127.0.0.2', String(other), '2');
  const told = [`127.0.0.1:${master}`, `127.0.0.2:${other}`].join(', ');
  const disagreeing = { code: 'REDIS_SENTINELS_DISAGREE', facts: { told } };
  expect(await integration().planner.draft(request)).toMatchObject({ problem: disagreeing });
  expect(await integration().endpoint?.(3_000).check()).toMatchObject({
    code: 'REDIS_SENTINELS_DISAGREE',
  });
  await sentinel.call('SENTINEL', 'REMOVE', 'cache');
  await sentinel.call('SENTINEL', 'MONITOR', 'cache', '127.0.0.1', String(master), '2');
  await drafted();
});

it('a master without a replica that may be promoted has nobody to fail over to', async () => {
  const master = await masterNow();
  const replicas = set.ports.filter((port) => port !== master);
  for (const port of replicas) await set.client(port).config('SET', 'replica-priority', '0');
  expect(await integration().planner.draft(request)).toMatchObject({
    ok: false,
    problem: { code: 'REDIS_NO_REPLICA', facts: { master: `127.0.0.1:${master}` } },
  });
  const servers = connect({
    kind: 'servers',
    target: 'cache-main',
    nodes: set.ports.map((port) => ({ host: '127.0.0.1', port })),
    ...way,
  });
  expect(await servers.planner.draft(request)).toMatchObject({
    ok: false,
    problem: { code: 'REDIS_NO_REPLICA' },
  });
  for (const port of replicas) await set.client(port).config('SET', 'replica-priority', '100');
});

it('a master that calls itself a replica is none, whatever the Sentinels say', async () => {
  const master = await masterNow();
  const other = set.ports.find((port) => port !== master) ?? 0;
  await set.client(master).call('REPLICAOF', '127.0.0.1', String(other));
  const told = `127.0.0.1:${master}, which calls itself a replica`;
  expect(await integration().planner.draft(request)).toMatchObject({
    ok: false,
    problem: { code: 'REDIS_NO_MASTER', facts: { told } },
  });
});

const way = { ...logins, timeoutMs: 3_000 };
const request = {
  verb: 'failover',
  operation: 'op-1',
  service: 'checkout',
  target: { integration: 'redis', target: 'cache-main', locator: {}, bounds: {}, show: [] },
  args: {},
};
const context = { operation: request.operation, outputs: {}, startedAt: 0 };

function integration(more: Partial<Extract<RedisConfig, { readonly kind: 'sentinels' }>> = {}) {
  return connect({
    kind: 'sentinels',
    target: 'cache-main',
    sentinels: set.sentinels.map((port) => ({ host: '127.0.0.1', port })),
    master: 'cache',
    ...way,
    ...more,
  });
}

/** Once everybody has heard of what the tests before it did. */
function drafted(): Promise<Draft> {
  return eventually(
    'a failover can be planned',
    async () => {
      const found = await integration().planner.draft(request);
      return found.ok && found;
    },
    { withinMs: 60_000 },
  );
}

function stepsOf(found: Draft): readonly [Step, Step, Step] {
  if (!found.ok) throw new Error(JSON.stringify(found.problem));
  const [s1, s2] = found.steps;
  const [c1] = s1 && s1.onFailure !== 'stop' ? s1.onFailure.compensate : [];
  if (!s1 || !s2 || !c1) throw new Error('a failover has two steps and a way out');
  return [s1, s2, c1];
}

function driverOf(step: Step): StepDriver {
  const driver = integration().openWriter().steps[step.kind];
  if (!driver) throw new Error(`nobody knows ${step.kind}`);
  return driver;
}

async function brought(step: Step): Promise<void> {
  const driver = driverOf(step);
  const checked = await driver.check(step, context);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
  const applied = await driver.apply(step, { ...context, token: checked.token, attempt: 1 });
  expect(applied, JSON.stringify(applied)).toMatchObject({ outcome: 'applied' });
  await eventually(
    `${step.id} is done`,
    async () => (await driver.observe(step, context)).state === 'done',
    { withinMs: 60_000 },
  );
}

async function masterNow(): Promise<number> {
  for (const port of set.ports) {
    if (String(await set.client(port).call('ROLE')).startsWith('master')) return port;
  }
  throw new Error('nobody leads');
}
