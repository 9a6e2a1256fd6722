import { createHash } from 'node:crypto';
import {
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import {
  cluster,
  databases,
  freshDatabase,
  healthDoor,
  idsIn,
  replicas,
  scaledTo,
  serviceThatWrites,
} from './disaster.ts';
import { type Boundary, type Nights, startNights } from './nights.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

interface Stage {
  readonly server: PostgresServer;
  readonly sandbox: Sandbox;
  readonly health: Awaited<ReturnType<typeof healthDoor>>;
  readonly nights: Nights;
  /** Where backups lie. */
  readonly place: string;
}

/** One of each for all nights: they leave it as it was. */
let stage: Stage;
beforeAll(async () => {
  const server = await startPostgres();
  await freshDatabase(server);
  const sandbox = await cluster();
  const health = await healthDoor();
  const nights = await startNights({ server, sandbox, health: health.url });
  const place = join(nights.folder, 'backups/checkout/production/database');
  stage = { server, sandbox, health, nights, place };
});
afterAll(async () => {
  await stage?.nights.close();
  stage?.health.close();
  await stage?.sandbox.close();
  await stage?.server.stop();
});

const isFull = Boolean(process.env['TOCSIN_FULL']);

/** Both ways to restore, by their steps. */
const ways = {
  beside: {
    words: '',
    steps: [
      'take',
      'into',
      'stop checkout',
      'stop worker',
      'swap',
      'start checkout',
      'start worker',
    ],
  },
  'in place': {
    words: 'in=place',
    steps: ['stop checkout', 'stop worker', 'take', 'over', 'start checkout', 'start worker'],
  },
} as const;

interface Night {
  readonly name: string;
  readonly play: () => Promise<void>;
}

/** Everything that can go wrong with one way to restore. */
function nightsOf(name: keyof typeof ways): {
  failures: readonly Night[];
  kills: readonly Night[];
} {
  const { words, steps } = ways[name];
  const isBeside = name === 'beside';
  const numbers = new Map(steps.map((step, index) => [String(step), `s${index + 1}`]));
  const idOf = (what: string) => numbers.get(what) ?? '';
  /** What is done on a failure once both were stopped. */
  const allBack = isBeside ? ['c1', 'c2', 'c3'] : ['c1', 'c2'];
  const breaks: readonly Failure[] = [
    { what: 'take', breaks: storeThatTakesNothing, back: isBeside ? [] : allBack },
    ...(isBeside
      ? [
          { what: 'into', breaks: cutArtefact, back: [] },
          { what: 'swap', breaks: anotherDatabase, back: allBack },
        ]
      : [{ what: 'over', breaks: cutArtefact, back: allBack }]),
    {
      what: 'stop checkout',
      breaks: () => refused('checkout'),
      back: isBeside ? ['c1', 'c2'] : [],
    },
    {
      what: 'stop worker',
      breaks: () => refused('worker'),
      back: isBeside ? allBack : ['c1', 'c2'],
    },
  ];
  const failures = breaks.map(({ what, breaks: begin, back }) => ({
    name: `${name}: ${what} fails`,
    async play() {
      await spoiled();
      let mend = nothing;
      const ending = await stage.nights.restore(words, async () => {
        mend = await begin();
      });
      mend();
      expect(ending.status, ending.code).toBe('OperationFailed');
      const ended = [`${idOf(what)} failed`, ...back.map((id) => `${id} verified`)];
      expect(ending.steps.slice(-ended.length)).toEqual(ended);
      expect(replicas(stage.sandbox)).toEqual([3, 2]);
      expect(await idsIn(stage.server, 'checkout')).toEqual(new Set([9000]));
      const all = await databases(stage.server);
      expect(all.filter((each) => /restored|before/.test(each))).toEqual([]);
    },
  }));
  const starts: readonly Night[] = [
    {
      name: `${name}: somebody stops it while the safety backup is taken`,
      async play() {
        await spoiled();
        // It is waited for until somebody stops it.
        const holder = await stage.server.session('checkout');
        await holder.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
        const ending = await stage.nights.stopped(words, dumpWaits);
        await holder.query('ROLLBACK');
        await holder.end();
        expect([ending.status, ending.code]).toEqual(['OperationFailed', 'BACKUP_STOPPED']);
        expect(replicas(stage.sandbox)).toEqual([3, 2]);
        expect(await idsIn(stage.server, 'checkout')).toEqual(new Set([9000]));
      },
    },
    {
      name: `${name}: a cluster is busy when a service is started`,
      async play() {
        await spoiled();
        const act = { kind: 'answer', code: 429 } as const;
        // The first write to it is its stop.
        const fault = {
          method: 'PATCH',
          path: /checkout$/,
          dryRun: false,
          after: 1,
          times: 2,
          act,
        };
        const ending = await stage.nights.restore(
          words,
          () => void stage.sandbox.faults.add(fault),
        );
        expect(ending.status, ending.code).toBe('DONE');
        await restored();
      },
    },
    {
      name: `${name}: a service may not be started`,
      async play() {
        await spoiled();
        const ending = await stage.nights.restore(words, () => void refused('checkout', 1));
        expect(ending.status, ending.code).toBe('OperationFailed');
        const [start, other] = [idOf('start checkout'), idOf('start worker')];
        // The service is looked at nevertheless.
        expect(ending.steps.slice(-3, -1)).toEqual([`${start} failed`, `${other} verified`]);
        expect(replicas(stage.sandbox)).toEqual([0, 2]);
        expect((await idsIn(stage.server, 'checkout')).size).toBe(2000);
        await scaledTo(stage.sandbox, 3);
      },
    },
  ];
  const boundaries = steps.flatMap((what) =>
    (['StepIntended', 'StepApplied', 'StepVerified'] as const).flatMap((type) =>
      (['before', 'after'] as const).map((when) => ({ what, when, type, step: idOf(what) })),
    ),
  );
  // Whether names that were to change still will is known after a minute.
  const quick = ({ what, when, type }: (typeof boundaries)[number]) =>
    what !== 'swap' || when !== 'after' || type !== 'StepIntended';
  const kills = boundaries
    .filter((at) => isFull || quick(at))
    .map((at) => ({
      name: `${name}: killed ${at.when} ${at.type} of ${at.what} is on disk`,
      play: () => killed(words, at, isBeside),
    }));
  return { failures: [...failures, ...starts], kills };
}

async function killed(words: string, at: Boundary, isBeside: boolean): Promise<void> {
  await spoiled();
  const before = backups();
  const ending = await stage.nights.killed(words, at);
  expect(ending.status, `${ending.code} ${ending.steps}`).toBe('DONE');
  await restored();
  expect(backups()).toBe(before + 1);
  const kept = (await databases(stage.server)).find((each) => each.startsWith('checkout_before_'));
  expect(kept !== undefined).toBe(isBeside);
  if (kept) expect(await idsIn(stage.server, kept)).toEqual(new Set([9000]));
}

const all = [nightsOf('beside'), nightsOf('in place')];

it('services stand still while a backup takes the place of what is in use, run again as they did, and are looked at', async () => {
  const { server, sandbox, health, nights } = stage;
  await freshDatabase(server);
  const writer = serviceThatWrites(server, sandbox);
  onTestFinished(() => writer.stop());
  const looked = health.asked();
  const ending = await nights.restore('', async (plan) => {
    for (const said of [
      'checkout, worker, from s3 until s7 has started them again',
      's3 shop/deployment/checkout replicas 3 → 0, the number is remembered',
      'shop/statefulset/worker replicas 0 → as many as it had, now 2',
      'nothing stops it between this step and the next',
      'if s5 fails: c1 shop/deployment/checkout replicas 0 → as many as it had, now 3; then c2',
      's8 the service is looked at',
    ])
      expect(plan).toContain(said);
    expect(replicas(sandbox)).toEqual([3, 2]);
    // Between plan and stop somebody scales up: it is the number of the stop that comes back.
    await scaledTo(sandbox, 4);
  });
  await writer.stop();
  expect(ending.status, ending.code).toBe('DONE');
  expect(replicas(sandbox)).toEqual([4, 2]);
  expect(health.asked()).toBeGreaterThan(looked);
  const aside = (await databases(server)).find((name) => name.startsWith('checkout_before_'));
  const [now, then] = [await idsIn(server, 'checkout'), await idsIn(server, aside ?? '')];
  // Nobody's connection was cut, and each row that was acknowledged stands on one side of the change of names.
  expect(writer.failed()).toEqual([]);
  expect(writer.acknowledged().filter((row) => !now.has(row) && !then.has(row))).toEqual([]);
  expect(writer.acknowledged().some((row) => then.has(row))).toBe(true);
  expect([...now].filter((row) => row < 100_000)).toHaveLength(2000);
  await scaledTo(sandbox, 3);
});

it.each(chosen(all.flatMap(({ failures }) => failures)))(
  'leaves nobody stopped, and what was in use as it was or all of the backup: $name',
  ({ play }) => play(),
);

it.each(chosen(all.flatMap(({ kills }) => kills)))(
  'comes to the same end in another process: $name',
  { timeout: 180_000 },
  ({ play }) => play(),
);

it('has all of it on one record, which verifies', () => {
  expect(stage.nights.verify()).toBe(true);
});

interface Failure {
  readonly what: string;
  /** Answers how it is mended. */
  readonly breaks: () => Promise<() => void> | (() => void);
  /** Compensations, in their order. */
  readonly back: readonly string[];
}

/** One order that no backup has, in the place of all others. */
async function spoiled(): Promise<void> {
  const { server } = stage;
  await freshDatabase(server);
  await server.ask('DELETE FROM orders; INSERT INTO orders VALUES (9000)', 'checkout');
}

async function dumpWaits(): Promise<boolean> {
  const [row] = await stage.server.ask(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'tocsin backup' AND wait_event_type = 'Lock'`,
  );
  return Number(row?.['n']) > 0;
}

async function restored(): Promise<void> {
  const ids = await idsIn(stage.server, 'checkout');
  expect([ids.size, ids.has(9000)]).toEqual([2000, false]);
  expect(replicas(stage.sandbox)).toEqual([3, 2]);
  const names = await databases(stage.server);
  expect(names.filter((name) => name.startsWith('tocsin_restored'))).toEqual([]);
}

function backups(): number {
  return readdirSync(stage.place).filter((name) => name.endsWith('.manifest.json')).length;
}

function storeThatTakesNothing(): () => void {
  const { place } = stage;
  const away = join(dirname(place), 'away');
  renameSync(place, away);
  writeFileSync(place, '');
  return () => {
    rmSync(place);
    renameSync(away, place);
  };
}

function cutArtefact(): () => void {
  const file = join(stage.place, `${stage.nights.backup}.dump`);
  const whole = readFileSync(file);
  truncateSync(file, 900);
  return () => writeFileSync(file, whole);
}

async function anotherDatabase(): Promise<() => void> {
  await stage.server.ask('ALTER DATABASE checkout RENAME TO checkout_old');
  await stage.server.ask('CREATE DATABASE checkout TEMPLATE checkout_old');
  return nothing;
}

/** Its next write, or the one after so many. */
function refused(name: string, after = 0): () => void {
  const act = { kind: 'answer', code: 422, message: 'not now' } as const;
  const path = new RegExp(`${name}$`);
  stage.sandbox.faults.add({ method: 'PATCH', path, dryRun: false, after, act });
  return nothing;
}

const nothing = (): void => undefined;

/** All of them in a full run, else one that the seed picks. */
function chosen(nights: readonly Night[]): readonly Night[] {
  const seed = process.env['TOCSIN_SEED'] ?? '1';
  const weight = ({ name }: Night) => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  const sorted = nights.toSorted((a, b) => (weight(a) < weight(b) ? -1 : 1));
  return isFull ? sorted : sorted.slice(0, 1);
}
