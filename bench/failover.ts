import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { hostDoorPath } from '../src/bot/host-door.ts';
import { serviceLines, targetEnv, targetLines } from '../test/real/postgres/configuration.ts';
import {
  bin,
  fenceScript,
  forgetTemplate,
  type PostgresSet,
  passwords,
  type ServerNode,
  startPostgresSet,
} from '../test/real/postgres/postgres-servers.ts';
import { startProxy, type TurnedProxy } from '../test/real/postgres/proxy.ts';
import { missingFrom, startWriter } from '../test/real/postgres/writer.ts';
import { consoleClient, formsOf, sessionOf } from '../test/support/console-client.ts';
import { median, round, say } from './support/figures.ts';
import { leaders } from './support/leaders.ts';
import { inFolder } from './support/process.ts';
import { startTocsin, type Tocsin } from './support/tocsin.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./support/failover.sh', import.meta.url));
const rounds = Number(process.env['BENCH_FAILOVERS'] ?? 3);

const patienceMs = 60_000;

interface Stage {
  readonly set: PostgresSet;
  readonly proxy: TurnedProxy;
  readonly tocsin: Tocsin;
  person(id: string): Promise<ReturnType<typeof consoleClient>>;
}

/**
 * Planned failovers of a primary with two replicas under a writer: from the last approval to the first write through the
 * address that clients use, by Tocsin and by a script that takes the same steps, in turns.
 */
export async function failover(): Promise<object> {
  const { lost, ...own } = await ofPostgres();
  const { lost: theirs, ...others } = await leaders();
  return { bench: 'failover', ...own, ...others, acked_lost_planned: lost + theirs };
}

function ofPostgres(): ReturnType<typeof measured> {
  return inFolder(async (folder) => {
    const set = await startPostgresSet();
    const { primary } = await whole(set);
    const proxy = await startProxy(folder, primary.port);
    const tocsin = await startTocsin({
      folder,
      people: ['cyn'],
      config: serviceLines + targetLines(set, proxy),
      env: targetEnv(),
    });
    const door = hostDoorPath(tocsin.journal);
    // Signed in once: more often than ten times a minute from one address is refused.
    const known = new Map<string, ReturnType<Stage['person']>>();
    const person = (id: string) => {
      const found =
        known.get(id) ??
        sessionOf(door, id).then((cookie) => consoleClient(() => tocsin.urls.console, cookie));
      known.set(id, found);
      return found;
    };
    try {
      return await measured({ set, proxy, tocsin, person });
    } finally {
      await tocsin.close();
      await proxy.stop();
      await set.stop();
      forgetTemplate();
    }
  });
}

async function measured(stage: Stage) {
  const ours: number[] = [];
  const theirs: number[] = [];
  const promotions: number[] = [];
  let lost = 0;
  // The first of each loads code and warms the servers.
  for (let turn = 0; turn <= rounds; turn += 1) {
    const tocsin = await underWriter(stage, byTocsin);
    const shell = await underWriter(stage, byScript);
    say(`Tocsin ${round(tocsin.seconds)} s, script ${round(shell.seconds)} s`);
    lost += tocsin.lost;
    if (turn === 0) continue;
    ours.push(tocsin.seconds);
    theirs.push(shell.seconds);
    promotions.push(shell.promotion ?? Number.NaN);
  }
  const [pg, hand] = [median(ours), median(theirs)];
  return {
    pg_s: round(pg),
    pg_script_s: round(hand),
    ratio: round(pg / hand),
    pg_promote_s: round(median(promotions), 3),
    lost,
  };
}

interface Took {
  readonly seconds: number;
  /** Of it, the call of `pg_promote` from psql; where it was measured. */
  readonly promotion?: number;
}

type Way = (stage: Stage, roles: { primary: ServerNode; to: ServerNode }) => Promise<Took>;

async function underWriter(stage: Stage, way: Way) {
  const { set, proxy } = stage;
  const { primary, replicas } = await whole(set);
  const [to] = replicas;
  if (!to) throw new Error('there are two replicas');
  const writer = startWriter({ nodes: [proxy] });
  while (writer.acknowledged().length < 100) await delay(10);
  const took = await way(stage, { primary, to });
  const acknowledged = writer.acknowledged().length;
  while (writer.acknowledged().length < acknowledged + 20) await delay(10);
  await writer.stop();
  const roles = await whole(set);
  const missing = await missingFrom(set, roles.primary, writer.acknowledged());
  return { ...took, lost: missing.length };
}

/** From the press of the second approver to the first write through the proxy that a new primary took. */
async function byTocsin({ set, proxy, tocsin, person }: Stage, { to }: { to: ServerNode }) {
  const [ana, ben, cyn] = await Promise.all(['ana', 'ben', 'cyn'].map(person));
  const asked = await ana?.says('', `failover checkout database env=production to=${to.name}`);
  const operation = /op-[0-9a-f]{10}/.exec(asked ?? '')?.[0];
  if (operation === undefined) throw new Error(`no plan: ${asked}`);
  const path = `/incidents/${operation}`;
  const page = (await ben?.page(path)) ?? '';
  const hash = /approve op-\S+ ([0-9a-f]{10})/.exec(page)?.[1] ?? '';
  if (hash === '')
    throw new Error(`nothing to approve: ${formsOf(page).map(({ label }) => label)}`);
  await ben?.says('', `approve ${operation} ${hash}`);
  const began = performance.now();
  const wrote = firstWrite(proxy, to);
  await cyn?.says('', `approve ${operation} ${hash}`);
  const seconds = ((await wrote) - began) / 1000;
  while (!/>(?:DONE|FAILED)</.test((await ana?.page(path)) ?? '')) await delay(100);
  await whole(set);
  await tocsin.settled();
  return { seconds };
}

async function byScript(
  { set, proxy }: Stage,
  { primary, to }: { primary: ServerNode; to: ServerNode },
) {
  const began = performance.now();
  const wrote = firstWrite(proxy, to);
  wrote.catch(() => undefined);
  const { stdout } = await run(
    script,
    [fenceScript, primary.data, `${primary.port}`, `${to.port}`, proxy.file],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        PG_BIN: bin,
        PGPASSWORD: passwords.shop,
        THROUGH: String(proxy.port),
      },
    },
  );
  const seconds = ((await wrote) - began) / 1000;
  await restored(set, { primary, to });
  return { seconds, promotion: Number(/promoted in (\d+) ns/.exec(stdout)?.[1]) / 1e9 };
}

/** The rest of a failover, which neither way is measured by. */
async function restored(
  set: PostgresSet,
  { primary, to }: { primary: ServerNode; to: ServerNode },
) {
  for (const { name, port } of set.nodes) {
    if (name === primary.name || name === to.name) continue;
    const conninfo = `host=127.0.0.1 port=${to.port} user=replicator`;
    await set.ask({ name, port, data: '' }, `ALTER SYSTEM SET primary_conninfo = '${conninfo}'`);
    await set.ask({ name, port, data: '' }, 'SELECT pg_reload_conf()');
  }
  await set.ask(to, 'CHECKPOINT');
  const args = ['rejoin', primary.data, `${primary.port}`, `${to.port}`];
  await run(fenceScript, args, { env: { PATH: process.env['PATH'] ?? '', PG_BIN: bin } });
  await whole(set);
}

/** An application that tries every 10 ms. */
async function firstWrite({ port }: TurnedProxy, { port: wanted }: ServerNode): Promise<number> {
  const way = { host: '127.0.0.1', port, user: 'shop', password: passwords.shop, database: 'shop' };
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    const client = new Client({ ...way, connectionTimeoutMillis: 1_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query('SELECT inet_server_port() AS port');
      if (rows[0]?.port === wanted) {
        await client.query('CREATE TEMPORARY TABLE bench (x int)');
        return performance.now();
      }
    } catch {
      // Not yet.
    } finally {
      client.end().catch(() => undefined);
    }
    await delay(10);
  }
  throw new Error(`${wanted} took no write through the proxy`);
}

async function whole(set: PostgresSet) {
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    const roles = await set.roles();
    if (roles) return roles;
    await delay(50);
  }
  throw new Error('the set is not whole');
}
