import { afterAll, afterEach, expect, it, onTestFinished } from 'vitest';
import type { PostgresConfig } from '../../../src/integrations/postgres/index.ts';
import { eventually } from '../../support/eventually.ts';
import {
  bin,
  forgetTemplate,
  type PostgresSet,
  type ServerNode,
  startPostgresSet,
} from './postgres-servers.ts';
import { drafted, followed } from './run.ts';
import { missingFrom, startWriter } from './writer.ts';

let set: PostgresSet | undefined;
afterEach(async () => {
  await set?.stop();
  set = undefined;
});
afterAll(forgetTemplate);

it('a planned failover loses no acknowledged row', async () => {
  const { nodes, config, ask } = await started();
  const writer = startWriter({ nodes });
  onTestFinished(() => writer.stop());
  await eventually('rows are acknowledged', () => writer.acknowledged().length > 200);

  const draft = await drafted(config);
  expect(draft.warnings).toMatchObject([{ code: 'PG_LOSS_NONE' }]);
  const ended = await followed(config, draft.steps);

  expect(ended.failed).toBeUndefined();
  const before = writer.acknowledged().length;
  await eventually('rows are acknowledged again', () => writer.acknowledged().length > before + 50);
  await writer.stop();
  const promoted = nodes.find(({ name }) => name === ended.outputs['candidate']);
  expect(['db-2', 'db-3']).toContain(promoted?.name);
  expect(await missingFrom({ ask }, promoted as ServerNode, writer.acknowledged())).toEqual([]);
  expect(ended.outputs['timeline']).toBe(2);
});

it('after a kill of the primary only rows from after the moment shown are lost, and it stays fenced when it is restarted', async () => {
  const { nodes, config, ask, kill, start } = await started();
  const [old, ...replicas] = nodes;
  if (!old) throw new Error('there is a primary');
  const writer = startWriter({ nodes });
  onTestFinished(() => writer.stop());
  await eventually('rows are acknowledged', () => writer.acknowledged().length > 200);
  await kill(old);
  const killedAt = Date.now();

  const draft = await drafted(config);
  const [loss] = draft.warnings;
  expect(loss).toMatchObject({ code: 'PG_LOSS_SINCE', facts: { primary: 'db-1' } });
  expect(draft.blast).toMatchObject({ mode: 'forced' });
  const ended = await followed(config, draft.steps);
  expect(ended.failed).toBeUndefined();

  const promoted = replicas.find(({ name }) => name === ended.outputs['candidate']) as ServerNode;
  const rows = writer.acknowledged().filter(({ at }) => at < killedAt);
  const lost = await missingFrom({ ask }, promoted, rows);
  const since = Date.parse(String(loss?.facts['since']));
  expect(since).toBeGreaterThan(killedAt - 5_000);
  expect(lost.filter(({ at }) => at < since)).toEqual([]);
  // Somebody starts it behind our back: the application is refused there, and writes go on at the new one.
  await start(old);
  const before = writer.acknowledged().length;
  await eventually('rows are acknowledged again', () => writer.acknowledged().length > before + 50);
  await writer.stop();
  const late = writer.acknowledged().filter(({ at }) => at > killedAt);
  expect(await missingFrom({ ask }, promoted, late)).toEqual([]);
  expect(await ask(old, 'SELECT pg_is_in_recovery() AS standby')).toEqual([{ standby: false }]);
});

it('a fence that only makes read-only the default is no fence: it is taken back', async () => {
  const { nodes, config } = await started();
  const only = { ...config, fence: byScript(config, readOnly('on'), 'exit 0', readOnly('off')) };
  const { steps } = await drafted(only);
  expect(await followed(only, steps)).toMatchObject({
    failed: { step: 's1', code: 'PG_FENCE_OPEN' },
    back: 'done',
  });
  await writes(nodes);
});

it('a fence command that fails half-way is taken back, and the service has its writer', async () => {
  const { nodes, config } = await started();
  const stop = config.fence?.command.join(' ') ?? '';
  const half = { ...config, fence: byScript(config, `${stop}; echo no power >&2; exit 3`) };
  const { steps } = await drafted(half);
  const ended = await followed(half, steps);
  expect(ended).toMatchObject({ failed: { step: 's1', code: 'PG_FENCE_FAILED' }, back: 'done' });
  expect(ended.outputs).toMatchObject({ exit: '3', said: 'no power' });
  await writes(nodes);
});

it('a primary that was not stopped cleanly is no planned failover: it is taken back', async () => {
  const { nodes, config } = await started();
  const env = { ...config.fence?.env, STOP: 'immediate' };
  const hard = { ...config, fence: { ...(config.fence as Fence), env } };
  const { steps } = await drafted(hard);
  expect(await followed(hard, steps)).toMatchObject({
    failed: { step: 's2', code: 'PG_STOP_UNCLEAN' },
    back: 'done',
  });
  await writes(nodes);
});

async function started(): Promise<PostgresSet> {
  set = await startPostgresSet();
  return set;
}

type Fence = NonNullable<PostgresConfig['fence']>;

/** The fence of the suites with other programs for its verbs; the placeholders are filled in as ever. */
function byScript(
  { fence }: PostgresConfig,
  command: string,
  status?: string,
  undo?: string,
): Fence {
  if (!fence) throw new Error('the set has a fence');
  const script = (text: string) => ['/bin/sh', '-c', text];
  return {
    ...fence,
    command: script(command),
    ...(status && { status: script(status) }),
    ...(undo && { undo: script(undo) }),
  };
}

function readOnly(to: 'on' | 'off'): string {
  const set = `ALTER SYSTEM SET default_transaction_read_only = ${to}`;
  return `${bin}/psql -h 127.0.0.1 -p {port} -U operator shop -c '${set}' -c 'SELECT pg_reload_conf()'`;
}

async function writes(nodes: readonly ServerNode[]): Promise<void> {
  const writer = startWriter({ nodes });
  await eventually('the service takes writes', () => writer.acknowledged().length > 10);
  await writer.stop();
}
