import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { connect, type PostgresConfig } from '../../../src/integrations/postgres/index.ts';
import { eventually } from '../../support/eventually.ts';
import {
  forgetTemplate,
  type PostgresSet,
  type ServerNode,
  startPostgresSet,
} from './postgres-servers.ts';
import { startProxy, type TurnedProxy } from './proxy.ts';
import { drafted, followed, request } from './run.ts';
import { missingFrom, startWriter, type Writer } from './writer.ts';

let set: PostgresSet | undefined;
let primary: ServerNode;
let replicas: readonly ServerNode[];
let proxy: TurnedProxy;
let config: PostgresConfig;
let writer: Writer;
let folder: string;

beforeEach(async () => {
  set ??= await startPostgresSet();
  ({ primary, replicas } = await eventually('the set is whole', () => set?.roles()));
  folder = mkdtempSync(join(tmpdir(), 'tocsin-proxy-'));
  proxy = await startProxy(folder, primary.port);
  config = { ...set.config, repoint: [proxy.repoint] };
  writer = startWriter({ nodes: [proxy] });
  await acknowledges(50);
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

/** Of one row: the record of a commit, and of three integers in a table and in its index. Really it is more. */
const bytesOfRowMin = 90;

it('of a primary that is killed no more is lost than the bytes that a watch saw it ahead, and what came after that look', async () => {
  const { planner, endpoint } = connect(config);
  set?.holdBack(primary);
  await acknowledges(150);
  expect(await endpoint?.(2_000).check()).toBeUndefined();
  await acknowledges(50);
  await set?.kill(primary);
  expect(await endpoint?.(2_000).check()).toMatchObject({ code: 'PG_NOBODY_WRITES' });

  const draft = await planner.draft(request);
  if (!draft.ok) throw new Error(JSON.stringify(draft.problem));
  const [loss] = draft.warnings;
  expect(loss).toMatchObject({ code: 'PG_LOSS_SEEN', facts: { primary: primary.name } });
  const { bytes, at, since } = loss?.facts ?? {};
  expect(draft.blast['loses']).toContain(`at most ${bytes} bytes of what it wrote until ${at}`);
  const ended = await followed(config, draft.steps);

  expect(ended.failed, JSON.stringify(ended.outputs)).toBeUndefined();
  await acknowledges(20);
  await writer.stop();
  const lost = await missing(ended.outputs['candidate']);
  const seenAt = Date.parse(String(at));
  const before = lost.filter((row) => row.at <= seenAt);
  const [least = 0] = lost.map((row) => row.at).sort();
  expect(before.length).toBeGreaterThan(100);
  expect(lost.length).toBeGreaterThan(before.length);
  expect(before.length * bytesOfRowMin).toBeLessThanOrEqual(Number(bytes));
  expect(least).toBeGreaterThanOrEqual(Date.parse(String(since)));
});

it('a turn of clients, of a replica and of the old primary that fails stops and says so; the new primary takes writes, and what is mended goes on', async () => {
  const { steps } = await drafted(config);
  const [repoint, follow, rejoin] = steps.slice(3);
  if (!repoint || !follow || !rejoin) throw new Error('the plan has all its steps');

  const [file] = config.repoint;
  const broken = { ...config, repoint: [{ ...file, reload: ['/bin/false'] }] } as PostgresConfig;
  const first = await followed(broken, steps);
  expect(first).toMatchObject({ failed: { step: repoint.id, code: 'PG_RELOAD_FAILED' } });
  expect(first.back).toBeUndefined();
  const promoted = nodeNamed(first.outputs['candidate']);
  await takesWrites(promoted);

  const other = replicas.find(({ name }) => name !== promoted.name);
  if (!other) throw new Error('there are two replicas');
  const again = [repoint, follow];
  const second = await followed(
    config,
    again,
    async ({ id }) => {
      if (id === follow.id) await set?.kill(other);
    },
    first.outputs,
  );
  await set?.start(other);
  expect(second.failed).toEqual({ step: follow.id, code: 'PG_UNREACHABLE' });
  await acknowledges(20);

  const idle = { ...config.rejoin, command: ['/bin/sh', '-c', 'echo no room >&2; exit 7'] };
  const third = await followed(
    { ...config, rejoin: idle } as PostgresConfig,
    [follow, rejoin],
    undefined,
    second.outputs,
  );
  expect(third.failed).toEqual({ step: rejoin.id, code: 'PG_REJOIN_FAILED' });
  expect(third.outputs).toMatchObject({ rejoin: '7', rejoinSaid: 'no room' });
  await acknowledges(20);

  const last = await followed(config, [rejoin], undefined, third.outputs);
  expect(last.failed, JSON.stringify(last.outputs)).toBeUndefined();
  await writer.stop();
  expect(await missing(promoted.name)).toEqual([]);
});

async function acknowledges(more: number): Promise<void> {
  const before = writer.acknowledged().length;
  await eventually('rows are acknowledged', () => writer.acknowledged().length >= before + more);
}

/** As the application, past the proxy that was not turned. */
async function takesWrites(node: ServerNode): Promise<void> {
  const direct = startWriter({ nodes: [node] });
  await eventually('it takes writes', () => direct.acknowledged().length > 5);
  await direct.stop();
}

function nodeNamed(name: unknown): ServerNode {
  const found = set?.nodes.find((node) => node.name === name);
  if (!found) throw new Error(`no node is called ${String(name)}`);
  return found;
}

async function missing(name: unknown) {
  if (!set) throw new Error('there is a set');
  return missingFrom(set, nodeNamed(name), writer.acknowledged());
}
