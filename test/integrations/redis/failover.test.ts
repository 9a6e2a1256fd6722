import { describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import { driversOf, problems } from '../../../src/integrations/redis/index.ts';
import { createFakeRedis, type FakeRedis, fakeNames } from '../../fakes/redis.ts';
import { configOf, draftOn } from './step-worlds.ts';

const [first, second, third] = fakeNames;
const context = { operation: 'op-1', outputs: {}, startedAt: 0 };

describe('the pause of writes', () => {
  it('is renewed while Sentinels are slow, so that the old master acknowledges nothing meanwhile', async () => {
    const redis = createFakeRedis();
    const [s1] = await stepsOf(redis);
    const driver = driverOf(redis, s1);
    redis.watch(/^SENTINEL FAILOVER/);
    redis.next({ kind: 'done late, not answered', ms: 90_000 });
    await applied(redis, s1);
    const answers = new Set<string>();
    for (let second_ = 0; second_ < 90; second_ += 1) {
      redis.pass(1_000);
      await driver.probe(s1, { ...context, token: '', attempt: 1 });
      answers.add(redis.write(first));
    }
    expect([...answers]).toEqual(['held']);
    expect(redis.write(second)).toBe('OK');
  });

  it('ends by itself 40 s after Tocsin was heard last', async () => {
    const redis = createFakeRedis();
    const [s1] = await stepsOf(redis);
    await applied(redis, s1);
    redis.pass(39_000);
    expect(redis.write(first)).toBe('held');
    redis.pass(2_000);
    expect(redis.write(first)).toBe('OK');
  });

  it('is renewed while the step after it waits, and ends with it', async () => {
    const redis = createFakeRedis();
    const [s1, s2] = await stepsOf(redis);
    await applied(redis, s1);
    redis.pass(35_000);
    const demoting = driverOf(redis, s2);
    const checked = await demoting.check(s2, context);
    redis.pass(35_000);
    expect(redis.write(first)).toBe('held');
    if (!checked.ok) throw new Error(checked.problem.code);
    await demoting.apply(s2, { ...context, token: checked.token, attempt: 1 });
    expect(redis.write(first)).toBe('READONLY');
    await demoting.observe(s2, context);
    expect(redis.servers.get(first)?.pausedUntil).toBe(0);
  });

  it('is not begun where this operation has no claim', async () => {
    const redis = createFakeRedis();
    const [s1] = await stepsOf(redis);
    await driverOf(redis, s1).observe(s1, context);
    expect(redis.write(first)).toBe('OK');
  });

  it('ends where a replica does not catch up, before any Sentinel is told', async () => {
    const redis = createFakeRedis();
    const [s1] = await stepsOf(redis);
    redis.watch(/^SENTINEL FAILOVER/);
    Object.assign(redis.servers.get(third) ?? {}, { offset: 1 });
    expect(await applied(redis, s1)).toMatchObject({
      outcome: 'refused',
      problem: { code: 'REDIS_REPLICA_LATE', facts: { late: third } },
    });
    expect([redis.effects(), redis.write(first)]).toEqual([0, 'OK']);
  });

  it('ends at once when the Sentinels refuse', async () => {
    const redis = createFakeRedis();
    const [s1] = await stepsOf(redis);
    redis.watch(/^SENTINEL FAILOVER/);
    redis.next({ kind: 'refused' });
    expect(await applied(redis, s1)).toMatchObject({ outcome: 'refused' });
    expect(redis.write(first)).toBe('OK');
  });
});

describe('whom to', () => {
  it('is taken behind Sentinels where they are sure to choose it, and held to', async () => {
    const redis = createFakeRedis();
    expect(await draftOn(redis, 'sentinels', { to: third })).toMatchObject({
      ok: false,
      problem: { code: 'REDIS_SENTINELS_CHOOSE', facts: { others: second } },
    });
    Object.assign(redis.servers.get(third) ?? {}, { priority: 10 });
    const drafted = await draftOn(redis, 'sentinels', { to: third });
    expect(drafted).toMatchObject({ ok: true, steps: [{ preconditions: { first: third } }, {}] });
    const step = drafted.ok ? drafted.steps[0] : undefined;
    if (!step) throw new Error('it is drafted');
    Object.assign(redis.servers.get(third) ?? {}, { priority: 100 });
    expect(await driverOf(redis, step).check(step, context)).toMatchObject({
      ok: false,
      problem: { code: 'PLAN_STALE', facts: { field: 'first' } },
    });
  });

  it.each(['sentinels', 'servers', 'cluster'] as const)('is no stranger in %s', async (kind) => {
    const redis = createFakeRedis({ asCluster: kind === 'cluster' });
    expect(await draftOn(redis, kind, { to: '10.9.9.9:1' })).toMatchObject({
      ok: false,
      problem: { code: 'REDIS_NOT_TO' },
    });
  });

  it('is left out by the rule: the one that received most', async () => {
    const redis = createFakeRedis();
    Object.assign(redis.servers.get(third) ?? {}, { offset: 200 });
    const drafted = await draftOn(redis, 'servers');
    const step = drafted.ok ? drafted.steps[0] : undefined;
    if (!step) throw new Error('it is drafted');
    const driver = driversOf(configOf('servers', redis), redis.connections)[step.kind];
    expect(await driver?.check(step, context)).toEqual({ ok: true, token: third });
  });
});

describe('servers by themselves', () => {
  it('are refused while two call themselves master', async () => {
    const redis = createFakeRedis();
    redis.promote(second);
    expect(await draftOn(redis, 'servers')).toMatchObject({
      problem: { code: 'REDIS_SEVERAL_MASTERS', facts: { told: `${first}, ${second}` } },
    });
  });

  it('that gave up handing over are said so, and nothing was changed', async () => {
    const redis = createFakeRedis();
    const drafted = await draftOn(redis, 'servers');
    const step = drafted.ok ? drafted.steps[0] : undefined;
    if (!step) throw new Error('it is drafted');
    const driver = driversOf(configOf('servers', redis), redis.connections)[step.kind];
    expect(await driver?.observe(step, context)).toMatchObject({
      state: 'failed',
      problem: { code: 'REDIS_HAND_OVER_GIVEN_UP' },
    });
  });
});

describe('in a cluster', () => {
  it('the replica of the one master that fails is meant, by vote', async () => {
    const redis = createFakeRedis({ asCluster: true });
    expect(await draftOn(redis, 'cluster')).toMatchObject({
      problem: { code: 'REDIS_WHICH_REPLICA' },
    });
    Object.assign(redis.servers.get(second) ?? {}, { isSilent: true });
    const drafted = await draftOn(redis, 'cluster');
    expect(drafted).toMatchObject({
      steps: [{ params: { replica: '10.0.0.5:6379', how: 'force' } }],
    });
    for (const { code } of drafted.ok ? drafted.warnings : [])
      expect(problems).toHaveProperty(code);
  });

  it('a takeover is refused while the masters can vote, and a vote while they cannot', async () => {
    const redis = createFakeRedis({ asCluster: true });
    const to = '10.0.0.5:6379';
    Object.assign(redis.servers.get(second) ?? {}, { isSilent: true });
    expect(await draftOn(redis, 'cluster', { to, mode: 'takeover' })).toMatchObject({
      problem: { code: 'REDIS_TAKEOVER_NEEDLESS', facts: { voting: 2, masters: 3 } },
    });
    Object.assign(redis.servers.get(third) ?? {}, { isSilent: true });
    expect(await draftOn(redis, 'cluster', { to })).toMatchObject({
      problem: { code: 'REDIS_NO_MAJORITY', facts: { voting: 1, masters: 3 } },
    });
    expect(await draftOn(redis, 'cluster', { to, mode: 'takeover' })).toMatchObject({
      ok: true,
      risk: 'danger',
      steps: [{ params: { how: 'takeover' } }],
      splitBrain: { old: expect.any(String), because: expect.stringContaining('without a vote') },
    });
  });
});

async function stepsOf(redis: FakeRedis): Promise<readonly [Step, Step]> {
  const drafted = await draftOn(redis, 'sentinels');
  const [s1, s2] = drafted.ok ? drafted.steps : [];
  if (!s1 || !s2) throw new Error('it is drafted');
  return [s1, s2];
}

function driverOf(redis: FakeRedis, { kind }: Step) {
  const driver = driversOf(configOf('sentinels', redis), redis.connections)[kind];
  if (!driver) throw new Error(`nobody registers ${kind}`);
  return driver;
}

async function applied(redis: FakeRedis, step: Step) {
  const driver = driverOf(redis, step);
  const checked = await driver.check(step, context);
  if (!checked.ok) throw new Error(checked.problem.code);
  return driver.apply(step, { ...context, token: checked.token, attempt: 1 });
}
