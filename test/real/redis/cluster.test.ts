import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Draft, StepDriver } from '../../../src/core/ports/step.ts';
import { connect } from '../../../src/integrations/redis/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type RedisClusterSet, startRedisCluster } from './redis-cluster.ts';
import { grantAsThePageSays, logins } from './redis-processes.ts';
import { missingFromCluster, startClusterWriter } from './writer.ts';

// One cluster for all of them, in this order: each leaves it as the next one finds it.
let set: RedisClusterSet;
let nodes: readonly number[];
beforeAll(async () => {
  set = await startRedisCluster();
  nodes = [...set.masters, ...set.replicas];
  await grantAsThePageSays(set.client, nodes);
}, 120_000);
afterAll(() => set?.stop());

it('a replica that is named takes its slots over, and no acknowledged write is lost', async () => {
  const [old = 0] = set.masters;
  const [replica = 0] = set.replicas;
  const writer = startClusterWriter(nodes);
  onTestFinished(() => writer.stop());
  await eventually('writes are acknowledged', () => writer.acknowledged().length > 200);
  const drafted = await draft({ to: `127.0.0.1:${replica}` });
  expect(drafted).toMatchObject({
    ok: true,
    steps: [{ params: { how: 'handshake', master: `127.0.0.1:${old}` } }],
    warnings: [{ code: 'REDIS_NOTHING_LOST_IN_CLUSTER' }],
    blast: { loses: 'nothing acknowledged', slots: '0-5460' },
  });
  await brought(drafted);
  const before = writer.acknowledged().length;
  await eventually('writes go on', () => writer.acknowledged().length > before + 100);
  await writer.stop();
  expect(await roleOf(replica)).toBe('master');
  expect(await roleOf(old)).toBe('slave');
  expect(await missingFromCluster(nodes, writer.acknowledged())).toBe(0);
});

it('without a name it is asked which, for a cluster has several masters', async () => {
  expect(await draft({})).toMatchObject({ ok: false, problem: { code: 'REDIS_WHICH_REPLICA' } });
  const refused = await draft({ to: `127.0.0.1:${set.masters[1]}` });
  expect(refused).toMatchObject({ ok: false, problem: { code: 'REDIS_NOT_TO' } });
  const needless = await draft({ to: `127.0.0.1:${set.replicas[1]}`, mode: 'takeover' });
  expect(needless).toMatchObject({ ok: false, problem: { code: 'REDIS_TAKEOVER_NEEDLESS' } });
});

it('a master that is killed is replaced by vote, and its replica need not be named', async () => {
  const [, dead = 0] = set.masters;
  const [, replica = 0] = set.replicas;
  await set.kill(dead);
  const drafted = await eventually('the others see it fail', async () => {
    const plan = await draft({});
    return plan.ok && plan;
  });
  expect(drafted).toMatchObject({
    steps: [{ params: { how: 'force', replica: `127.0.0.1:${replica}` } }],
    warnings: [{ code: 'REDIS_FORCED_LOSS' }, { code: 'REDIS_NODES_SILENT' }],
  });
  await brought(drafted);
  expect(await roleOf(replica)).toBe('master');
});

it('without a majority FORCE is answered OK and does nothing, which is seen; a takeover is a plan of its own', async () => {
  const [, , third = 0] = set.masters;
  const [first = 0, , replica = 0] = set.replicas;
  const to = `127.0.0.1:${replica}`;
  const planned = await draft({ to });
  const [step] = planned.ok ? planned.steps : [];
  const watched = integration().endpoint?.(3_000);
  expect(await watched?.check()).toBeUndefined();
  await Promise.all([set.kill(third), set.kill(first)]);
  await eventually('no vote can be had', async () => {
    const refused = await draft({ to });
    return !refused.ok && refused.problem.code === 'REDIS_NO_MAJORITY';
  });
  expect(await watched?.check()).toMatchObject({ code: 'REDIS_SHARD_FAILS' });
  expect(await set.client(replica).call('CLUSTER', 'FAILOVER', 'FORCE')).toBe('OK');
  const forced = { ...step, params: { ...step?.params, how: 'force' } } as Step;
  const driver = driverOf(forced);
  expect(await driver.probe(forced, { ...context, token: '0', attempt: 1 })).toBe('cannot-know');
  expect(await driver.observe(forced, context)).toMatchObject({
    state: 'progress',
    progress: { what: expect.stringContaining('no majority voted for it') },
  });

  const drafted = await draft({ to, mode: 'takeover' });
  expect(drafted).toMatchObject({
    ok: true,
    steps: [{ params: { how: 'takeover' } }],
    warnings: [
      { code: 'REDIS_FORCED_LOSS' },
      { code: 'REDIS_TAKEOVER_DANGER' },
      { code: 'REDIS_NODES_SILENT' },
    ],
  });
  await brought(drafted);
  expect(await roleOf(replica)).toBe('master');

  // Two of three vote again, so the other shard is led by vote; then the cluster is whole.
  const [last = 0] = set.masters;
  const back = await eventually('a vote can be had', async () => {
    const plan = await draft({ to: `127.0.0.1:${last}` });
    return plan.ok && plan;
  });
  expect(back).toMatchObject({ steps: [{ params: { how: 'force' } }] });
  await brought(back);
  const writer = startClusterWriter(nodes);
  onTestFinished(() => writer.stop());
  await eventually('writes go on', () => writer.acknowledged().length > 50);
});

it('nodes that differ about who holds a slot are not believed', async () => {
  // It has taken over the last third, and the others believe so.
  const [, , holder = 0] = set.replicas;
  expect(await set.client(holder).call('CLUSTER', 'DELSLOTS', '16383')).toBe('OK');
  expect(await draft({})).toMatchObject({
    ok: false,
    problem: { code: 'REDIS_CLUSTER_DISAGREES' },
  });
});

const context = { operation: 'op-1', outputs: {}, startedAt: 0 };

function integration() {
  return connect({
    kind: 'cluster',
    target: 'cache-main',
    nodes: nodes.map((port) => ({ host: '127.0.0.1', port })),
    ...logins,
    sentinelLogin: {},
    timeoutMs: 3_000,
  });
}

function draft(args: Readonly<Record<string, string>>): Promise<Draft> {
  return integration().planner.draft({
    verb: 'failover',
    operation: 'op-1',
    service: 'checkout',
    target: { integration: 'redis', target: 'cache-main', locator: {}, bounds: {}, show: [] },
    args,
  });
}

function driverOf(step: Step): StepDriver {
  const driver = integration().openWriter().steps[step.kind];
  if (!driver) throw new Error(`nobody knows ${step.kind}`);
  return driver;
}

/** Its one step, to the end. */
async function brought(drafted: Draft): Promise<void> {
  const step = drafted.ok ? drafted.steps[0] : undefined;
  if (!step) throw new Error(`it is drafted: ${JSON.stringify(drafted)}`);
  const driver = driverOf(step);
  const checked = await driver.check(step, context);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
  const applying = { ...context, token: checked.token, attempt: 1 };
  expect(await driver.apply(step, applying)).toMatchObject({ outcome: 'applied' });
  let seen = '';
  await eventually(
    'it is verified',
    async () => {
      const observed = await driver.observe(step, context);
      seen = JSON.stringify(observed);
      return observed.state === 'done';
    },
    { withinMs: 60_000, say: () => seen },
  );
  expect(await driver.probe(step, applying)).toBe('yes');
  // What is there already is never asked for again.
  expect((await driver.apply(step, applying)).outcome).not.toBe('applied');
}

async function roleOf(port: number): Promise<string> {
  const role = await set.client(port).call('ROLE');
  return Array.isArray(role) ? String(role[0]) : '';
}
