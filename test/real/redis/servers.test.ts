import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Draft } from '../../../src/core/ports/step.ts';
import { connect } from '../../../src/integrations/redis/index.ts';
import { eventually } from '../../support/eventually.ts';
import { grantAsThePageSays, logins } from './redis-processes.ts';
import { type RedisSet, startRedisServers } from './redis-servers.ts';
import { missingFrom, startPlainWriter } from './writer.ts';

// One set for both, in this order.
let set: Omit<RedisSet, 'sentinels'>;
beforeAll(async () => {
  set = await startRedisServers();
  await grantAsThePageSays(set.client, set.ports);
}, 120_000);
afterAll(() => set?.stop());

it('a master without Sentinels hands over to the replica that is named, and no acknowledged write is lost', async () => {
  const [old = 0, , named = 0] = set.ports;
  const writer = startPlainWriter(set.ports.map(set.client));
  onTestFinished(() => writer.stop());
  await eventually('writes are acknowledged', () => writer.acknowledged().length > 200);
  const drafted = await draft({ to: `127.0.0.1:${named}` });
  expect(drafted).toMatchObject({
    ok: true,
    steps: [{ kind: 'redis.hand-over', params: { candidates: `127.0.0.1:${named}` } }],
    warnings: [{ code: 'REDIS_NOTHING_LOST' }, { code: 'REDIS_CLIENTS_STAY' }],
  });
  const [step] = drafted.ok ? drafted.steps : [];
  const driver = step && integration().openWriter().steps[step.kind];
  if (!step || !driver) throw new Error('it is drafted');
  const context = { operation: 'op-1', outputs: {}, startedAt: 0 };
  const checked = await driver.check(step, context);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
  const applying = { ...context, token: checked.token, attempt: 1 };
  expect(await driver.apply(step, applying)).toMatchObject({ outcome: 'applied' });
  await eventually(
    'it is verified',
    async () => (await driver.observe(step, context)).state === 'done',
    { withinMs: 60_000 },
  );
  const before = writer.acknowledged().length;
  await eventually('writes go on', () => writer.acknowledged().length > before + 100);
  await writer.stop();
  expect(String(await set.client(old).call('ROLE'))).toContain(
    `slave,127.0.0.1,${named},connected`,
  );
  expect(await missingFrom(set.client(named), writer.acknowledged())).toBe(0);
  expect(await driver.apply(step, applying)).toMatchObject({ outcome: 'moved' });
});

it('a master that does not answer is an outage for whoever watches, and counts as alive: nothing is planned', async () => {
  const watched = integration().endpoint?.(3_000);
  expect(await watched?.check()).toBeUndefined();
  await set.kill(set.ports[2] ?? 0);
  expect(await watched?.check()).toEqual({
    code: 'REDIS_NOBODY_LEADS',
    facts: { target: 'cache-main' },
  });
  expect(await draft({})).toMatchObject({ ok: false, problem: { code: 'REDIS_NOBODY_LEADS' } });
  const takeover = await draft({ mode: 'takeover' });
  expect(takeover).toMatchObject({ ok: false, problem: { code: 'REDIS_NO_MODE' } });
});

function integration() {
  return connect({
    kind: 'servers',
    target: 'cache-main',
    nodes: set.ports.map((port) => ({ host: '127.0.0.1', port })),
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
