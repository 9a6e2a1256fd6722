import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compensationsOf, type Step } from '../../../src/core/operation/plan.ts';
import type { Traffic } from '../../../src/core/ports/traffic.ts';
import { type Facts, ProblemError, problem } from '../../../src/core/problem.ts';
import type { Session } from '../../../src/integrations/postgres/connection.ts';
import { connect, type PostgresConfig } from '../../../src/integrations/postgres/index.ts';
import type { Address, Row } from '../../../src/integrations/postgres/schema.ts';
import { createFakePostgres, type FakeServer } from '../../fakes/postgres.ts';
import { config, request } from './step-worlds.ts';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-codes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a plan is refused', () => {
  it.each<[string, Given]>([
    ['PG_NO_TAKEOVER', { args: { mode: 'takeover' } }],
    ['PG_RIGHT_MISSING', { answers: { 'AS given': [{ given: false }] } }],
    ['PG_FENCE_BLIND', { hangs: 5001, config: { fence: withoutStatus } }],
    ['PG_PROOF_IMPOSSIBLE', { errors: { 'CREATE TEMPORARY': '42501' } }],
    ['PG_FILE_UNREADABLE', { config: repointing(join(folder, 'nowhere')) }],
    ['PG_FILE_OTHERWISE', { config: repointing(file('twice', 'to db-1\nto db-1\n')) }],
    ['PG_TRAFFIC_OTHERWISE', { config: { repoint: [{ traffic: sendingTo('db-1', 'db-2') }] } }],
  ])('with %s', async (code, given) => {
    expect(await world(given).draft()).toMatchObject({ ok: false, problem: { code } });
  });

  it('with PG_RESTS, once nobody has answered five times', async () => {
    const given = { servers: { 'db-1': down, 'db-2': down, 'db-3': down } };
    const { draft } = world(given);
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await draft()).toMatchObject({ problem: { code: 'PG_ALL_SILENT' } });
    }
    expect(await draft()).toMatchObject({ problem: { code: 'PG_RESTS', facts: { failures: 5 } } });
  });
});

describe('a plan says', () => {
  it.each<[string, Given]>([
    ['PG_LOSS_BYTES', { args: { mode: 'forced' } }],
    ['PG_NODE_LEFT_OUT', { servers: { 'db-3': { timeline: 9 } } }],
    ['PG_FOLLOW_BY_HAND', { servers: { 'db-3': { upstream: 'host=a-name-that-moves' } } }],
  ])('%s', async (code, given) => {
    const draft = await world(given).draft();
    expect(draft.ok && draft.warnings.map((each) => each.code)).toContain(code);
  });
});

describe('the choice fails', () => {
  it.each<[string, Given, Facts]>([
    [
      'PG_CANDIDATE_BEHIND',
      {
        args: { mode: 'forced' },
        later: { 'db-2': { received: 900 }, 'db-3': { received: 900 }, 'db-1': down },
      },
      {},
    ],
    ['PG_CANDIDATE_SHORT', { later: { 'db-1': down } }, { lsn: '0/FFFF' }],
    [
      'PG_STOP_UNCLEAN',
      { later: { 'db-1': down }, answers: { 'AS clean': [{ clean: false, after: '4096' }] } },
      {},
    ],
    [
      'PG_REPLAY_LATE',
      { later: { 'db-1': { received: 2_000 } }, streams: true, config: { catchUpMs: 60 } },
      {},
    ],
  ])('with %s', async (code, given, outputs) => {
    const { stepOf, applied, later } = world(given);
    const choose = await stepOf('postgres.choose');
    later();
    expect(await applied(choose, outputs)).toMatchObject({ outcome: 'refused', problem: { code } });
  });
});

describe('the promotion', () => {
  it('is none without a choice', async () => {
    const { stepOf, checked } = world();
    const promote = await stepOf('postgres.promote');
    expect(await checked(promote)).toMatchObject({ problem: { code: 'PG_NOT_CHOSEN' } });
  });

  it('that was sent and is not seen in its time is unknown', async () => {
    const given = {
      answers: { 'pg_promote(false)': [{ promoted: true }] },
      config: { catchUpMs: 30 },
    };
    const { stepOf, applied, later, checked } = world({ ...given, later: { 'db-1': fenced } });
    const promote = await stepOf('postgres.promote');
    later();
    const outputs = { candidate: 'db-2', received: '0/3E8' };
    const { token = '' } = await checked(promote, outputs);
    expect(await applied(promote, outputs, token)).toMatchObject({
      outcome: 'unknown',
      problem: { code: 'PG_PROMOTION_PENDING', facts: { node: 'db-2' } },
    });
  });
});

describe('the fence', () => {
  it('that an attempt before has put up is not put up again', async () => {
    const { stepOf, driver, later } = world({ later: { 'db-1': fenced } });
    const fence = await stepOf('postgres.fence');
    later();
    const again = { operation: 'op-1', outputs: {}, startedAt: 0, sent: 1 };
    expect(await driver(fence).check(fence, again)).toMatchObject({
      ok: false,
      ours: true,
      problem: { code: 'PG_FENCED_ALREADY' },
    });
  });

  it('that is gone from the configuration fences nobody', async () => {
    const fence = await world().stepOf('postgres.fence');
    const without = world({ config: { fence: undefined as never } });
    expect(await without.applied(fence, {}, '1')).toMatchObject({ outcome: 'moved' });
    const back = compensationsOf(fence)[0];
    if (!back) throw new Error('it is taken back');
    expect(await without.applied(back)).toMatchObject({ problem: { code: 'PG_NO_FENCE' } });
  });
});

describe('the old primary is not given back', () => {
  async function back(given: Given, from = 'postgres.promote') {
    const made = world(given);
    const step = await made.stepOf(from);
    const [found] = compensationsOf(step);
    if (!found) throw new Error('it is taken back');
    made.later();
    return { ...made, found };
  }

  it('where a replica is promoted by now', async () => {
    const { checked, found } = await back({ later: { 'db-2': { role: 'primary' } } });
    expect(await checked(found)).toMatchObject({
      problem: { code: 'PG_PROMOTED_ALREADY', facts: { node: 'db-2' } },
    });
  });

  it('where a promotion may still come', async () => {
    const { checked, found } = await back({ answers: { 'AS pending': [{ pending: true }] } });
    expect(await checked(found, { candidate: 'db-2' })).toMatchObject({
      problem: { code: 'PG_PROMOTION_MAY_COME', facts: { node: 'db-2' } },
    });
  });

  it('where its command fails, which is said at once', async () => {
    const { driver, found } = await back({ later: { 'db-1': fenced } }, 'postgres.fence');
    const outputs = { unfenced: '3', unfencedSaid: 'no such unit' };
    const seen = await driver(found).observe(found, { operation: 'op-1', outputs, startedAt: 0 });
    expect(seen).toMatchObject({
      state: 'failed',
      problem: { code: 'PG_UNFENCE_FAILED', facts: { exit: '3', said: 'no such unit' } },
    });
  });
});

it('a file that cannot be replaced is left as it is, and that is said', async () => {
  // Beside it nothing can be written, by nobody.
  const path = '/proc/version';
  const text = readFileSync(path, 'utf8');
  const { stepOf, applied, checked } = world({ config: repointing(path, text.trim()) });
  const step = await stepOf('postgres.repoint');
  const outputs = { candidate: 'db-2' };
  const { token = '' } = await checked(step, outputs);
  expect(await applied(step, outputs, token)).toMatchObject({
    outcome: 'refused',
    problem: { code: 'PG_FILE_UNWRITABLE', facts: { file: path } },
  });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('a replica whose slot may not be made is not turned, and that is said', async () => {
  const { stepOf, applied } = world({
    answers: { 'current_setting($1': [{ value: 'a_slot' }] },
    errors: { pg_create_physical_replication_slot: '42501' },
  });
  const follow = await stepOf('postgres.follow');
  expect(await applied(follow, { candidate: 'db-2' }, 'db-2')).toMatchObject({
    outcome: 'refused',
    problem: { code: 'PG_SLOT_MISSING', facts: { slot: 'a_slot', node: 'db-2' } },
  });
});

const down = { up: false } as const;
const fenced = { up: false, shut: true } as const;
const withoutStatus = { command: ['fence'], undo: ['undo'], env: {}, timeoutMs: 1_000 };

interface Given {
  readonly args?: Facts;
  readonly servers?: Changes;
  /** What happens once the plan stands. */
  readonly later?: Changes;
  /** What stands in a statement → its answer, in place of the fake's. */
  readonly answers?: Readonly<Record<string, readonly Row[]>>;
  /** What stands in a statement → the SQLSTATE it is refused with. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly streams?: boolean;
  /** Nobody who connects to this port gets an answer. */
  readonly hangs?: number;
  readonly config?: Partial<PostgresConfig>;
}

type Changes = Readonly<Record<string, Partial<FakeServer>>>;

function world(given: Given = {}) {
  const postgres = createFakePostgres();
  const change = (changes: Changes = {}) => {
    for (const [name, each] of Object.entries(changes))
      Object.assign(postgres.servers[name] ?? {}, each);
  };
  change(given.servers);
  const over = (session: Session): Session => ({
    ...session,
    async query(text, ...values) {
      const refused = Object.entries(given.errors ?? {}).find(([part]) => text.includes(part));
      if (refused) {
        const facts = { server: 'db', why: 'permission denied', code: refused[1] };
        throw new ProblemError(problem('PG_REFUSED', facts));
      }
      const said = Object.entries(given.answers ?? {}).find(([part]) => text.includes(part));
      if (said && !text.includes('AS conninfo')) return said[1];
      const rows = await session.query(text, ...values);
      return given.streams && text.includes('AS conninfo')
        ? rows.map((row) => ({ ...row, streams: row['standby'] === true ? 1 : 0 }))
        : rows;
    },
  });
  const hang = ({ port }: Address) => {
    if (port !== given.hangs) return;
    throw new ProblemError(problem('PG_UNREACHABLE', { server: 'db', why: 'timeout', code: '' }));
  };
  const whole = { ...config, ...given.config };
  const { planner, openWriter } = connect(whole, {
    run: postgres.run,
    clock: { now: postgres.now },
    connections: {
      async admin(address, task) {
        hang(address);
        return postgres.connections.admin(address, (session) => task(over(session)));
      },
      async application(address, task) {
        hang(address);
        return postgres.connections.application(address, (session) => task(over(session)));
      },
    },
  });
  const driver = ({ kind }: Step) => {
    const found = openWriter().steps[kind];
    if (!found) throw new Error(`nobody registers ${kind}`);
    return found;
  };
  const context = (outputs: Facts) => ({ operation: 'op-1', outputs, startedAt: 0 });
  const draft = () => planner.draft({ ...request, args: given.args ?? {} });
  return {
    draft,
    driver,
    later: () => change(given.later),
    async stepOf(kind: string): Promise<Step> {
      const drafted = await draft();
      const step = drafted.ok && drafted.steps.find((each) => each.kind === kind);
      if (!step) throw new Error(JSON.stringify(drafted));
      return step;
    },
    async checked(step: Step, outputs: Facts = {}) {
      const found = await driver(step).check(step, context(outputs));
      return found.ok ? { token: found.token } : { problem: found.problem };
    },
    applied: (step: Step, outputs: Facts = {}, token = '') =>
      driver(step).apply(step, { ...context(outputs), token, attempt: 1 }),
  };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function repointing(path: string, line = 'to {node}'): Partial<PostgresConfig> {
  return { repoint: [{ file: path, line, timeoutMs: 1_000 }] };
}

function sendingTo(...servers: readonly string[]): Traffic {
  const look = async () => ({ at: { 'lb-1': servers }, warnings: [] });
  return {
    name: 'a proxy',
    withinMs: 1_000,
    says: () => 'turned',
    plan: look,
    look,
    turn: async () => ({ done: [], left: {} }),
  };
}
