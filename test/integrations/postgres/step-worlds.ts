import type { Facts } from '../../../src/core/problem.ts';
import { connect, type PostgresConfig } from '../../../src/integrations/postgres/index.ts';
import type { StepWorld } from '../../contracts/steps.ts';
import { createFakePostgres, type FakePostgres } from '../../fakes/postgres.ts';

/** One world for each kind of step that one server is asked to do. */
export const stepWorlds: Readonly<Record<string, () => Promise<StepWorld>>> = {
  'postgres.fence': () =>
    worldOf({
      kind: 'postgres.fence',
      on: 'db-1',
      // A replica that was shown is gone.
      spoil: ({ servers }) => Object.assign(servers['db-3'] ?? {}, { up: false }),
      cover: ({ servers }) => Object.assign(servers['db-1'] ?? {}, { up: true, shut: false }),
    }),
  'postgres.promote': () =>
    worldOf({
      kind: 'postgres.promote',
      on: 'db-2',
      outputs: { candidate: 'db-2', received: '0/3E8' },
      before: ({ servers }) => Object.assign(servers['db-1'] ?? {}, { up: false, shut: true }),
      // Somebody made another database of it.
      spoil: ({ servers }) => Object.assign(servers['db-2'] ?? {}, { system: '8' }),
      cover: ({ servers }) =>
        Object.assign(servers['db-2'] ?? {}, { role: 'standby', timeline: 1 }),
    }),
};

interface Kind {
  readonly kind: string;
  readonly on: string;
  readonly outputs?: Facts;
  readonly before?: (postgres: FakePostgres) => void;
  readonly spoil: (postgres: FakePostgres) => void;
  readonly cover: (postgres: FakePostgres) => void;
}

async function worldOf({ kind, on, outputs, before, spoil, cover }: Kind): Promise<StepWorld> {
  const postgres = createFakePostgres();
  const connected = () => connect(config, postgres);
  const drafted = await connected().planner.draft(request);
  const step = drafted.ok ? drafted.steps.find((each) => each.kind === kind) : undefined;
  if (!step) throw new Error(JSON.stringify(drafted));
  before?.(postgres);
  return {
    step,
    operation: 'op-1',
    ...(outputs && { outputs }),
    now: postgres.now,
    driver() {
      const driver = connected().openWriter().steps[kind];
      if (!driver) throw new Error(`nobody registers ${kind}`);
      return driver;
    },
    effects: postgres.effects,
    async pass(ms) {
      postgres.pass(ms);
    },
    loseAnswer: () => postgres.next({ kind: 'done, not answered' }),
    loseRequest: () => postgres.next({ kind: 'vanished' }),
    delayEffect: (ms) => postgres.next({ kind: 'done late, not answered', ms }),
    refuse: () => postgres.next({ kind: 'refused' }),
    async stir() {
      const server = postgres.servers[on];
      if (server) server.starts += 1;
    },
    async spoil() {
      spoil(postgres);
    },
    async cover() {
      cover(postgres);
    },
    async close() {},
  };
}

export const request = {
  verb: 'failover',
  operation: 'op-1',
  service: 'checkout',
  target: { integration: 'postgres', target: 'pg-main', locator: {}, bounds: {}, show: [] },
  args: {},
};

export const config: PostgresConfig = {
  target: 'pg-main',
  nodes: [5001, 5002, 5003].map((port, index) => ({
    name: `db-${index + 1}`,
    address: { host: '127.0.0.1', port },
  })),
  database: 'shop',
  admin: { user: 'tocsin' },
  application: { user: 'shop' },
  fence: {
    command: ['fence', 'fence', '{node}'],
    undo: ['fence', 'undo', '{node}'],
    status: ['fence', 'status', '{node}'],
    env: {},
    timeoutMs: 10_000,
  },
  repoint: [],
  timeoutMs: 1_000,
  catchUpMs: 1_000,
};
