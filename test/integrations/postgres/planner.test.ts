import { describe, expect, it } from 'vitest';
import { redirected, valueIn } from '../../../src/integrations/postgres/conninfo.ts';
import { connect, type PostgresConfig } from '../../../src/integrations/postgres/index.ts';
import { behind, bytesOf } from '../../../src/integrations/postgres/lsn.ts';
import { createFakePostgres, type FakeServer } from '../../fakes/postgres.ts';
import { config, request } from './step-worlds.ts';

describe('a failover is', () => {
  it('planned while the primary answers, to the replica that has most', async () => {
    const draft = await drafted({ 'db-3': { received: 1_100 }, 'db-1': { received: 1_148 } });
    expect(draft).toMatchObject({
      ok: true,
      risk: 'danger',
      targets: [{ id: 'postgres/pg-main', identity: '7' }],
      blast: { mode: 'planned', loses: 'nothing acknowledged; 48 bytes are waited for' },
      warnings: [
        { code: 'PG_LOSS_NONE', facts: { bytes: 48 } },
        { code: 'PG_REBUILD_BY_HAND', facts: { primary: 'db-1' } },
      ],
    });
    const [, choose] = draft.ok ? draft.steps : [];
    expect(choose?.change[0]?.to).toBe(
      'of db-3, db-2 the reachable one with the highest received LSN',
    );
    expect(choose?.params['received']).toBe('0/44C');
  });

  it('forced where the primary is silent, and says from when on is lost', async () => {
    expect(await drafted({ 'db-1': { up: false } })).toMatchObject({
      ok: true,
      blast: { mode: 'forced', loses: 'at most what was acknowledged after unknown' },
      warnings: [{ code: 'PG_LOSS_SINCE' }, {}],
    });
  });

  it('forced with the bytes that are missing, where that was asked for', async () => {
    const draft = await drafted({ 'db-1': { received: 1_500 } }, { mode: 'forced' });
    expect(draft).toMatchObject({ ok: true, warnings: [{ facts: { bytes: 500 } }, {}] });
  });

  it('to the one that is named, whatever the others have', async () => {
    const draft = await drafted({ 'db-3': { received: 1_100 } }, { to: 'db-2' });
    expect(draft).toMatchObject({ ok: true });
    expect(draft.ok && draft.steps[0]?.params['candidates']).toBe('db-2');
  });
});

describe('a failover is refused', () => {
  it.each<[string, string, Changes, Record<string, string>, Partial<PostgresConfig>]>([
    ['between two primaries', 'PG_TWO_PRIMARIES', { 'db-2': { role: 'primary' } }, {}, {}],
    [
      'without a fence and with a silent primary, whatever was typed',
      'PG_NO_FENCE_SILENT',
      { 'db-1': { up: false } },
      { accept: 'split-brain' },
      { fence: undefined as never },
    ],
    [
      'planned, with a primary that is silent',
      'PG_PRIMARY_SILENT',
      { 'db-1': { up: false } },
      { mode: 'planned' },
      {},
    ],
    ['to the primary itself', 'PG_ALREADY_PRIMARY', {}, { to: 'db-1' }, {}],
    ['to a node nobody knows', 'PG_NODE_UNKNOWN', {}, { to: 'db-9' }, {}],
    [
      'to a replica on another timeline',
      'PG_NO_CANDIDATE',
      { 'db-2': { timeline: 2 } },
      { to: 'db-2' },
      {},
    ],
    [
      'to a replica of another system',
      'PG_NO_CANDIDATE',
      { 'db-2': { system: '8' } },
      { to: 'db-2' },
      {},
    ],
    [
      'to a replica that is shut to the application',
      'PG_NO_CANDIDATE',
      { 'db-2': { shut: true } },
      { to: 'db-2' },
      {},
    ],
    [
      'to a replica that is silent',
      'PG_NO_CANDIDATE',
      { 'db-2': { up: false } },
      { to: 'db-2' },
      {},
    ],
    [
      'with nobody left',
      'PG_NO_CANDIDATE',
      { 'db-2': { up: false }, 'db-3': { up: false } },
      {},
      {},
    ],
    [
      'when it cannot be told which of two silent ones was the primary',
      'PG_NO_PRIMARY',
      { 'db-1': { up: false }, 'db-2': { up: false }, 'db-3': { upstream: 'host=elsewhere' } },
      {},
      {},
    ],
  ])('%s', async (_, code, changes, args, more) => {
    expect(await drafted(changes, args, more)).toMatchObject({ ok: false, problem: { code } });
  });

  it('for another verb', async () => {
    const { planner } = connect(config, createFakePostgres());
    expect(await planner.draft({ ...request, verb: 'scale' })).toMatchObject({
      problem: { code: 'PG_UNKNOWN_VERB' },
    });
  });
});

describe('a silent primary is known', () => {
  it('by whom the replicas follow, though another node is silent too', async () => {
    expect(await drafted({ 'db-1': { up: false }, 'db-3': { up: false } })).toMatchObject({
      ok: true,
      blast: { primary: 'db-1' },
      warnings: [{}, {}, { code: 'PG_NODE_SILENT', facts: { node: 'db-3' } }],
    });
  });
});

describe('a place in the log', () => {
  it('is read across its two halves', () => {
    expect(bytesOf('16/B374D848')).toBe(0x16_b374_d848n);
    expect(behind('1/0', '0/FFFFFFF0')).toBe(16);
    expect(behind('0/10', '0/20')).toBe(0);
    expect(bytesOf('nonsense')).toBe(0n);
  });
});

describe('a connection string', () => {
  const written = "user=r password='it''s' host = 'db 1' port=6000 sslmode=require";

  it('tells one of its values', () => {
    expect(valueIn(written, 'host')).toBe('db 1');
    expect(valueIn(written, 'port')).toBe('6000');
    expect(valueIn(written, 'hostaddr')).toBe('');
  });

  it('gets another address and keeps the rest as it is', () => {
    expect(
      redirected("host=a hostaddr=1.2.3.4 port=1 user=r password='p\\'w'", { host: 'b', port: 2 }),
    ).toBe("host=b port=2 user=r password='p\\'w'");
  });
});

type Changes = Readonly<Record<string, Partial<FakeServer>>>;

function drafted(
  changes: Changes,
  args: Readonly<Record<string, string>> = {},
  more: Partial<PostgresConfig> = {},
) {
  const postgres = createFakePostgres();
  for (const [name, change] of Object.entries(changes)) {
    Object.assign(postgres.servers[name] ?? {}, change);
  }
  return connect({ ...config, ...more }, postgres).planner.draft({ ...request, args });
}
