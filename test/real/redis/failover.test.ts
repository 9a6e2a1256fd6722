import { afterEach, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/integrations/redis/index.ts';
import { consoleClient } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import { approvedBy, declaredBy, planIn, threadOf } from '../../support/thread.ts';
import { type RedisSet, startRedisSet } from './redis-servers.ts';
import { missingFrom, startWriter } from './writer.ts';

let set: RedisSet | undefined;
afterEach(async () => {
  await set?.stop();
  set = undefined;
});

it('a failover that two people approve loses no acknowledged write, though Tocsin is killed between its steps', async () => {
  const { sentinels, ports, client } = await started();
  const [old = 0] = ports;
  const { bot, person, again } = await startLivingBot(configuration(sentinels));
  const [ana, ben, cyn] = await Promise.all([person('ana'), person('ben'), person('cyn')]);
  const writer = startWriter(sentinels);
  onTestFinished(() => writer.stop());
  await eventually('writes are acknowledged', () => writer.acknowledged().length > 200);

  const thread = await declaredBy(ana, 'the master is slow');
  const asked = await thread.says(
    'failover checkout cache env=production reason="the host is replaced"',
  );
  const { text: page, line } = await planIn(thread, asked);
  expect(page).toContain(`127.0.0.1:${old}`);
  expect(page).toContain('No acknowledged write is lost when every step succeeds.');
  expect(page).toContain('40 s at most once Tocsin is silent');
  await approvedBy([ben, cyn], thread, line);

  await eventually('a replica is promoted', async () => {
    const roles = await Promise.all(ports.slice(1).map((port) => client(port).call('ROLE')));
    return roles.some((role) => String(role).startsWith('master'));
  });
  await bot.signal('SIGKILL');
  const next = await again();
  const console = consoleClient(() => next.urls.console, ana.cookie);
  await threadOf({ console }, thread.incident).until('DONE', 90_000);
  const before = writer.acknowledged().length;
  await eventually('writes go on', () => writer.acknowledged().length > before + 100);
  await writer.stop();

  const named = await client(sentinels[2] ?? 0).call(
    'SENTINEL',
    'GET-MASTER-ADDR-BY-NAME',
    'cache',
  );
  const master = Number(String(named).split(',')[1]);
  expect(ports.slice(1)).toContain(master);
  expect(String(await client(old).call('ROLE'))).toContain(`slave,127.0.0.1,${master},connected`);
  expect(await missingFrom(client(master), writer.acknowledged())).toBe(0);
  expect(await client(master).exists('tocsin:proof')).toBe(0);
});

it('the same without Tocsin loses acknowledged writes, so the writer can tell', async () => {
  const { sentinels, ports, client } = await started();
  const old = client(ports[0] ?? 0);
  await old.set('row:before', 'x');
  await client(sentinels[0] ?? 0).call('SENTINEL', 'FAILOVER', 'cache');
  const promoted = await eventually('a replica is promoted', async () => {
    for (const port of ports.slice(1)) {
      const role = await client(port).call('ROLE');
      if (String(role).startsWith('master')) return port;
    }
    return undefined;
  });
  expect(await old.set('row:late', 'x')).toBe('OK');
  expect(await missingFrom(client(promoted), ['row:before', 'row:late'])).toBe(1);
});

it('a Sentinel that is down is said, two are refused', async () => {
  const { sentinels, kill } = await started();
  const { planner } = integration(sentinels);
  await kill(sentinels[2] ?? 0);
  const drafted = await planner.draft(request);
  expect(drafted).toMatchObject({
    ok: true,
    warnings: [
      { code: 'REDIS_LOSS_BOUND' },
      { code: 'REDIS_SENTINEL_SILENT', facts: { count: 1 } },
    ],
  });
  await kill(sentinels[1] ?? 0);
  const refused = await eventually(
    'the last Sentinel sees that the others are gone',
    async () => {
      const again = await planner.draft(request);
      return !again.ok && again.problem;
    },
    { withinMs: 60_000 },
  );
  expect(refused.code).toBe('REDIS_NO_QUORUM');
});

it('a replica that is gone since the plan makes it stale, and writes go on', async () => {
  const { sentinels, ports, kill, client } = await started();
  const { planner, openWriter } = integration(sentinels);
  const drafted = await planner.draft(request);
  if (!drafted.ok) throw new Error(drafted.problem.code);
  const [step] = drafted.steps;
  const watched = integration(sentinels).endpoint?.(3_000);
  await kill(ports[2] ?? 0);
  expect(await watched?.check()).toBeUndefined();
  const driver = step && openWriter().steps[step.kind];
  const context = { operation: 'op-1', outputs: {}, startedAt: 0 };
  expect(await driver?.check(step as never, context)).toMatchObject({
    ok: false,
    problem: { code: 'PLAN_STALE', facts: { field: 'candidates' } },
  });
  expect(await client(ports[0] ?? 0).set('row:after', 'x')).toBe('OK');
  await kill(ports[0] ?? 0);
  expect(await watched?.check()).toMatchObject({
    code: 'REDIS_UNREACHABLE',
    facts: { server: `127.0.0.1:${ports[0]}` },
  });
});

it('whoever dies after the switch is followed by a process that ends it without loss', async () => {
  const { sentinels, ports, client } = await started();
  const first = integration(sentinels);
  const drafted = await first.planner.draft(request);
  if (!drafted.ok) throw new Error(drafted.problem.code);
  const [s1, s2] = drafted.steps;
  if (!s1 || !s2) throw new Error('a failover has two steps');
  const writer = startWriter(sentinels);
  onTestFinished(() => writer.stop());
  await eventually('writes are acknowledged', () => writer.acknowledged().length > 100);
  const context = { operation: 'op-1', outputs: {}, startedAt: 0 };
  const switching = first.openWriter().steps[s1.kind];
  const checked = await switching?.check(s1, context);
  if (!checked?.ok) throw new Error('it can be run');
  const applying = { ...context, token: checked.token, attempt: 1 };
  expect(await switching?.apply(s1, applying)).toMatchObject({ outcome: 'applied' });

  const next = integration(sentinels).openWriter().steps;
  expect(await next[s1.kind]?.apply(s1, applying)).not.toMatchObject({ outcome: 'applied' });
  await eventually('it is seen', async () => (await next[s1.kind]?.probe(s1, applying)) === 'yes');
  const demoting = await next[s2.kind]?.check(s2, context);
  if (!demoting?.ok) throw new Error(demoting?.problem.code);
  expect(
    await next[s2.kind]?.apply(s2, { ...context, token: demoting.token, attempt: 1 }),
  ).toMatchObject({ outcome: 'applied' });
  await eventually(
    'it is verified',
    async () => (await next[s2.kind]?.observe(s2, context))?.state === 'done',
    { withinMs: 60_000 },
  );
  await writer.stop();
  const roles = await Promise.all(
    ports.map(async (port) => String(await client(port).call('ROLE'))),
  );
  const master = ports[roles.findIndex((role) => role.startsWith('master'))] ?? 0;
  expect(roles.filter((role) => role.startsWith('master'))).toHaveLength(1);
  expect(await missingFrom(client(master), writer.acknowledged())).toBe(0);
});

it('a failover that is refused leaves writes open', async () => {
  const { sentinels, ports, client } = await started();
  const { planner, openWriter } = integration(sentinels);
  const drafted = await planner.draft(request);
  const step = drafted.ok ? drafted.steps[0] : undefined;
  if (!step) throw new Error('it is drafted');
  const driver = openWriter().steps[step.kind];
  const context = { operation: 'op-1', outputs: {}, startedAt: 0 };
  const checked = await driver?.check(step, context);
  if (!checked?.ok) throw new Error('it can be run');
  // Somebody else's failover begins in between.
  const racing = client(sentinels[0] ?? 0).call('SENTINEL', 'FAILOVER', 'cache');
  const applied = await driver?.apply(step, { ...context, token: checked.token, attempt: 1 });
  await racing;
  expect(applied?.outcome).not.toBe('applied');
  await eventually('one master takes writes', async () => {
    for (const port of ports) {
      const written = await client(port)
        .set('row:after', 'x')
        .catch(() => '');
      if (written === 'OK') return true;
    }
    return false;
  });
});

async function started(): Promise<RedisSet> {
  set = await startRedisSet();
  return set;
}

const request = {
  verb: 'failover',
  operation: 'op-1',
  service: 'checkout',
  target: { integration: 'redis', target: 'cache-main', locator: {}, bounds: {}, show: [] },
  args: {},
};

function integration(sentinels: readonly number[]) {
  const config = {
    kind: 'sentinels' as const,
    target: 'cache-main',
    sentinels: sentinels.map((port) => ({ host: '127.0.0.1', port })),
    master: 'cache',
    servers: {},
    sentinelLogin: {},
    timeoutMs: 3_000,
  };
  return connect(config, { clock: { now: Date.now } });
}

function configuration(sentinels: readonly number[]): string {
  const places = sentinels.map((port) => `"127.0.0.1:${port}"`).join(', ');
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { cache: { redis: cache-main } } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
targets: { cache-main: { redis: { sentinels: [${places}], master: cache } } }
`;
}
