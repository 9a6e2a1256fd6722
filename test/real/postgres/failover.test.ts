import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { withWords } from '../../../src/core/operation/split-brain.ts';
import { connect as connectHaproxy } from '../../../src/integrations/haproxy/index.ts';
import type { PostgresConfig } from '../../../src/integrations/postgres/index.ts';
import { eventually } from '../../support/eventually.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import { approvalLine, approvedBy, planIn, threadOf } from '../../support/thread.ts';
import { startHaproxy } from '../haproxy/haproxy-server.ts';
import { serviceLines, targetEnv, targetLines } from './configuration.ts';
import { startService } from './kubernetes-service.ts';
import {
  bin,
  forgetTemplate,
  type PostgresSet,
  type ServerNode,
  type SetConfig,
  startPostgresSet,
} from './postgres-servers.ts';
import { startProxy, type TurnedProxy } from './proxy.ts';
import { drafted, driverOf, followed } from './run.ts';
import { missingFrom, startWriter, type Writer } from './writer.ts';

/** The whole matrix is run before a release; every run has one failure of each step. */
const isFull = process.env['TOCSIN_FULL'] === '1';

/** One set for all: each failover here ends with a whole one again. Where that went wrong a new one is made. */
let set: PostgresSet | undefined;
let primary: ServerNode;
let replicas: readonly ServerNode[];
let proxy: TurnedProxy;
let config: SetConfig;
let writer: Writer;
let folder: string;

beforeEach(async () => {
  if (set && !(await set.roles())) {
    await set.stop();
    set = undefined;
  }
  set ??= await startPostgresSet();
  const roles = await set.roles();
  if (!roles) throw new Error('a new set is whole');
  ({ primary, replicas } = roles);
  folder = mkdtempSync(join(tmpdir(), 'tocsin-proxy-'));
  proxy = await startProxy(folder, primary.port);
  config = { ...set.config, repoint: [proxy.repoint] };
  writer = startWriter({ nodes: [{ port: proxy.port }] });
  await eventually('rows are acknowledged', () => writer.acknowledged().length > 50);
});
afterEach(async () => {
  await writer.stop();
  await proxy.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await set?.stop();
  forgetTemplate();
});

it('a planned failover loses no acknowledged row, turns the clients, and leaves a whole set', async () => {
  const draft = await drafted(config);
  expect(draft.warnings).toMatchObject([{ code: 'PG_LOSS_NONE' }]);
  expect(draft.steps.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
    's1 postgres.fence',
    's2 postgres.choose',
    's3 postgres.promote',
    's4 postgres.repoint',
    's5 postgres.follow',
    's6 postgres.rejoin',
  ]);

  const ended = await followed(config, draft.steps);

  expect(ended.failed, JSON.stringify(ended.outputs)).toBeUndefined();
  await goesOn();
  await writer.stop();
  const promoted = replicas.find(({ name }) => name === ended.outputs['candidate']);
  expect(await missing(promoted)).toEqual([]);
  await whole(promoted);
  expect(readFileSync(proxy.file, 'utf8')).toBe(
    `# who writes here\nlisten all\n  server primary 127.0.0.1:${promoted?.port} check\n`,
  );
});

it('after a kill of the primary only rows from after the moment shown are lost, and it stays fenced when it is restarted', async () => {
  await set?.kill(primary);
  const killedAt = Date.now();

  const draft = await drafted(config);
  const [loss] = draft.warnings;
  expect(loss).toMatchObject({ code: 'PG_LOSS_SINCE', facts: { primary: primary.name } });
  expect(draft.blast).toMatchObject({ mode: 'forced' });
  const ended = await followed(config, draft.steps, async ({ kind }) => {
    if (kind !== 'postgres.follow') return;
    // Somebody starts it behind our back: it runs as the primary that it was, and refuses the application.
    await set?.start(primary);
    expect(await set?.ask(primary, 'SELECT pg_is_in_recovery() AS is')).toEqual([{ is: false }]);
    await expect(startOn(primary)).rejects.toThrow(/pg_hba\.conf/);
    await goesOn();
  });

  expect(ended.failed, JSON.stringify(ended.outputs)).toBeUndefined();
  await writer.stop();
  const promoted = replicas.find(({ name }) => name === ended.outputs['candidate']);
  const lost = await missing(promoted);
  const since = Date.parse(String(loss?.facts['since']));
  expect(since).toBeGreaterThan(killedAt - 5_000);
  expect(lost.filter(({ at }) => at < since || at > killedAt)).toEqual([]);
  await whole(promoted);
});

it('a primary that is killed is proposed to be failed over, nothing runs by itself, and whoever presses it approves nothing', async () => {
  if (!set) throw new Error('there is a set');
  const { person } = await startLivingBot(watching(set, proxy), targetEnv());
  const [ana, ben, cyn] = await Promise.all([person('ana'), person('ben'), person('cyn')]);
  const { incidents } = ana.console;
  await set.kill(primary);
  const incident = await eventually('the outage is said', async () => (await incidents())[0]);
  const thread = threadOf(ana, incident);
  const said = await thread.until('PROPOSED');
  expect(said).toContain('3 checks in a row failed');
  expect(said).toContain(`${primary.name} does not answer (ECONNREFUSED)`);
  expect(said).toContain('PG_NOBODY_WRITES');
  expect(said).toContain(`${replicas[0]?.name} is a standby`);
  expect(said).toContain('failover checkout database env=production');
  expect(approvalLine.test(said)).toBe(false);

  expect(await ben.console.presses(incident, 'Request')).toBeDefined();
  const plan = await planIn(thread);
  expect(plan.text).toContain('fence.sh fence');
  expect(await ben.console.says(incident, plan.line)).toContain('APPROVE_OWN_REQUEST');
  await approvedBy([ana, cyn], thread, plan.line);
  await thread.until('DONE', 90_000);
  await goesOn();
  await thread.until('it answers again');
  await whole((await set.roles())?.primary);
  expect((await set.roles())?.primary.name).not.toBe(primary.name);
});

describe('a failover that fails is taken back, and the service has its writer, when', () => {
  afterEach(async () => {
    await goesOn();
    await writer.stop();
    expect(await missing(primary)).toEqual([]);
    await whole(primary);
  });

  it('the fence only makes read-only the default', async () => {
    const only = fenced({ command: readOnly('on'), status: 'exit 0', undo: readOnly('off') });
    const { steps } = await drafted(only);
    expect(await followed(only, steps)).toMatchObject({
      failed: { step: 's1', code: 'PG_FENCE_OPEN' },
      back: 'done',
    });
  });

  it.runIf(isFull)('the fence command fails half-way', async () => {
    const stop = config.fence.command.join(' ');
    const half = fenced({ command: `${stop}; echo no power >&2; exit 3` });
    const { steps } = await drafted(half);
    const ended = await followed(half, steps);
    expect(ended).toMatchObject({ failed: { step: 's1', code: 'PG_FENCE_FAILED' }, back: 'done' });
    expect(ended.outputs).toMatchObject({ exit: '3', said: 'no power' });
  });

  it.runIf(isFull)('the fence does not say that it holds', async () => {
    const silent = fenced({ status: 'exit 1' });
    const { steps } = await drafted(silent);
    expect(await followed(silent, steps)).toMatchObject({
      failed: { step: 's1', code: 'PG_FENCE_UNPROVEN' },
      back: 'done',
    });
  });

  it('the primary was not stopped cleanly, though it was to be a planned one', async () => {
    const env = { ...config.fence.env, STOP: 'immediate' };
    const hard = { ...config, fence: { ...config.fence, env } };
    const { steps } = await drafted(hard);
    expect(await followed(hard, steps)).toMatchObject({
      failed: { step: 's2', code: 'PG_STOP_UNCLEAN' },
      back: 'done',
    });
  });

  it.runIf(isFull)('the replica that was named is gone once the primary is fenced', async () => {
    const [named, ...others] = replicas;
    if (!named) throw new Error('there are two replicas');
    const { steps } = await drafted(config, { to: named.name });
    const ended = await followed(config, steps, async ({ kind }) => {
      if (kind === 'postgres.choose') await set?.kill(named);
    });
    await set?.start(named);
    expect(ended).toMatchObject({ failed: { step: 's2', code: 'PG_NO_CANDIDATE' }, back: 'done' });
    expect(others).toHaveLength(1);
  });

  it('the replica will not be promoted', async () => {
    const { steps } = await drafted(config);
    const ended = await followed(config, steps, async ({ kind }) => {
      if (kind !== 'postgres.promote') return;
      // The file names a node that is not the chosen one any more: its server is gone.
      for (const each of replicas) await set?.kill(each);
    });
    for (const each of replicas) await set?.start(each);
    expect(ended.failed?.step).toBe('s3');
    // Whether a promotion is on its way nobody could say while it was gone: then the fence stays, until somebody looks.
    expect(ended.back).toBe('PG_UNREACHABLE');
    const [, , promote] = steps;
    const [back] = promote?.onFailure === 'stop' ? [] : (promote?.onFailure.compensate ?? []);
    if (!back) throw new Error('it is taken back');
    expect(await followed(config, [back])).toMatchObject({ outputs: { unfenced: '0' } });
  });
});

it('two HAProxies are turned by their runtime API; what one of them refused is told, and done once it is mended', async () => {
  const lines = [primary, ...replicas].map(
    ({ name, port }) => `${name} 127.0.0.1:${port}${name === primary.name ? '' : ' disabled'}`,
  );
  const [one, two] = await Promise.all([startHaproxy(lines), startHaproxy(lines)]);
  onTestFinished(async () => void (await Promise.all([one.stop(), two.stop()])));
  const clients = startWriter({ nodes: [one, two] });
  await eventually('rows are acknowledged', () => clients.acknowledged().length > 50);
  const through = { host: '127.0.0.1', port: one.port };
  const turned = (second: string) => ({
    ...config,
    repoint: [{ traffic: backendOf([one.socket, second], [primary, ...replicas]), through }],
  });
  const half = turned(two.operatorSocket);
  const draft = await drafted(half);
  const turn = draft.steps.findIndex(({ kind }) => kind === 'postgres.turn');
  expect(draft.warnings).toContainEqual(expect.objectContaining({ code: 'HAPROXY_FORGETS' }));
  expect(draft.steps[0]?.preconditions).toMatchObject({
    'haproxy/edge pg_write': `lb-1 to ${primary.name}, lb-2 to ${primary.name}`,
  });

  const ended = await followed(half, draft.steps);

  expect(ended.failed).toEqual({ step: draft.steps[turn]?.id, code: 'PG_TRAFFIC_PART' });
  expect(ended.outputs).toMatchObject({
    's4-turned': 'lb-1',
    's4-left': 'lb-2: Permission denied',
  });
  const before = clients.acknowledged().length;
  await eventually('clients of the turned one write', () => clients.acknowledged().length > before);

  const rest = await followed(
    turned(two.socket),
    draft.steps.slice(turn),
    undefined,
    ended.outputs,
  );
  expect(rest.failed, JSON.stringify(rest.outputs)).toBeUndefined();
  const promoted = replicas.find(({ name }) => name === rest.outputs['candidate']);
  const pointing = await backendOf([one.socket, two.socket], set?.nodes ?? []).look();
  expect(pointing.at).toEqual({ 'lb-1': [promoted?.name], 'lb-2': [promoted?.name] });
  await clients.stop();
  expect(await missing(promoted, clients)).toEqual([]);
  await whole(promoted);
});

it('a Service of Kubernetes leads to the new primary alone, though the answer to its turn is lost', async () => {
  const nodes = [primary, ...replicas].map(({ name }) => name);
  const { sandbox, traffic, reached } = await startService(nodes);
  onTestFinished(() => sandbox.close());
  const turned = { ...config, repoint: [{ traffic }] };
  const draft = await drafted(turned);
  expect(draft.warnings.filter(({ code }) => code.startsWith('K8S_'))).toEqual([]);
  const at = draft.steps.findIndex(({ kind }) => kind === 'postgres.turn');
  const turn = draft.steps[at];
  if (!turn) throw new Error('it is turned');
  sandbox.faults.add({ method: 'PATCH', dryRun: false, act: { kind: 'reset-after' } });

  const ended = await followed(turned, draft.steps);

  expect(ended.failed).toEqual({ step: turn.id, code: 'K8S_NO_ANSWER' });
  const context = { operation: 'op-1', outputs: ended.outputs, startedAt: 0 };
  const driver = driverOf(turned, turn);
  expect(await driver.probe(turn, { ...context, token: '', attempt: 1 })).toBe('yes');
  await eventually(
    'it is verified',
    async () => (await driver.observe(turn, context)).state === 'done',
  );
  expect(reached()).toEqual([ended.outputs['candidate']]);
  const rest = await followed(turned, draft.steps.slice(at + 1), undefined, ended.outputs);
  expect(rest.failed, JSON.stringify(rest.outputs)).toBeUndefined();
  await writer.stop();
  const promoted = replicas.find(({ name }) => name === ended.outputs['candidate']);
  expect(await missing(promoted)).toEqual([]);
  await whole(promoted);
});

it('without a fence it is refused, until somebody types that both may write', async () => {
  const { fence: _, ...open } = config;
  const draft = await drafted(open);
  expect(withWords(draft, {})).toMatchObject({ problem: { code: 'SPLIT_BRAIN_UNACCEPTED' } });
  expect(draft.splitBrain).toMatchObject({
    old: primary.name,
    because: expect.stringContaining('READ WRITE'),
  });
  const failing = await followed(open, draft.steps, async ({ kind }) => {
    if (kind === 'postgres.choose') for (const each of replicas) await set?.kill(each);
  });
  expect(failing).toMatchObject({ failed: { step: 's2', code: 'PG_NO_CANDIDATE' }, back: 'done' });
  for (const each of replicas) await set?.start(each);
  await goesOn();
  await whole(primary);

  const again = await drafted(open);
  const ended = await followed(open, again.steps);
  expect(ended.failed, JSON.stringify(ended.outputs)).toBeUndefined();
  await goesOn();
  await writer.stop();
  const promoted = replicas.find(({ name }) => name === ended.outputs['candidate']);
  expect(await missing(promoted)).toEqual([]);
  await whole(promoted);
});

it('a file that somebody changed since the plan makes it stale, before anything is stopped', async () => {
  const { steps } = await drafted(config);
  writeFileSync(proxy.file, `${readFileSync(proxy.file, 'utf8')}# somebody was here\n`);
  expect(await followed(config, steps)).toEqual({
    failed: { step: 's1', code: 'PLAN_STALE' },
    outputs: {},
  });
  await goesOn();
  await whole(primary);
});

/** As the program hands it over: the postgres integration does not know HAProxy. */
function backendOf(sockets: readonly string[], nodes: readonly ServerNode[]) {
  const instances = sockets.map((socket, index) => ({ name: `lb-${index + 1}`, at: { socket } }));
  const servers = Object.fromEntries(nodes.map(({ name }) => [name, name]));
  return connectHaproxy({ target: 'edge', instances, timeoutMs: 2_000 }, { clock: Date }).traffic({
    backend: 'pg_write',
    servers,
  });
}

function watching(of: PostgresSet, turned: TurnedProxy): string {
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
watch: { checkout-db: { service: checkout, role: database, every: 2s, timeout: 1900ms } }
${serviceLines}${targetLines(of, turned)}`;
}

async function goesOn(): Promise<void> {
  const before = writer.acknowledged().length;
  await eventually('rows are acknowledged', () => writer.acknowledged().length > before + 20);
}

async function missing(node: ServerNode | undefined, of: Writer = writer) {
  if (!set || !node) throw new Error('there is a primary');
  return missingFrom(set, node, of.acknowledged());
}

async function whole(node: ServerNode | undefined): Promise<void> {
  const roles = await eventually('there are one primary and two replicas', () => set?.roles());
  expect(roles.primary.name).toBe(node?.name);
}

async function startOn(node: ServerNode): Promise<void> {
  const { Client } = await import('pg');
  const client = new Client({
    port: node.port,
    host: '127.0.0.1',
    user: 'shop',
    password: 'shop-password',
  });
  await client.connect();
}

/** The fence of the suites with other programs for some verbs; the placeholders are filled in as ever. */
function fenced(verbs: Partial<Record<'command' | 'undo' | 'status', string>>): PostgresConfig {
  const scripts = Object.entries(verbs).map(([verb, text]) => [verb, ['/bin/sh', '-c', text]]);
  return { ...config, fence: { ...config.fence, ...Object.fromEntries(scripts) } };
}

function readOnly(to: 'on' | 'off'): string {
  const change = `ALTER SYSTEM SET default_transaction_read_only = ${to}`;
  return `${bin}/psql -h 127.0.0.1 -p {port} -U operator shop -c '${change}' -c 'SELECT pg_reload_conf()'`;
}
