import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { hostDoorPath } from '../../src/bot/host-door.ts';
import {
  operator,
  type PatroniSet,
  startPatroniSet,
} from '../../test/real/patroni/patroni-servers.ts';
import * as rows from '../../test/real/patroni/writer.ts';
import { type RedisSet, startRedisSet } from '../../test/real/redis/redis-servers.ts';
import * as keys from '../../test/real/redis/writer.ts';
import { consoleClient, sessionOf } from '../../test/support/console-client.ts';
import { median, round, say } from './figures.ts';
import { inFolder } from './process.ts';
import { startTocsin, type Tocsin } from './tocsin.ts';

const rounds = Number(process.env['BENCH_FAILOVERS'] ?? 3);
const patienceMs = 90_000;

export interface Leaders {
  readonly patroni_s: number;
  readonly sentinel_s: number;
  /** Acknowledged writes that were gone afterwards. */
  readonly lost: number;
}

/**
 * Planned failovers that somebody else carries out, under a writer: of a PostgreSQL by Patroni and of a Redis by its
 * Sentinels. From the press of the last approver to the first write that the new leader acknowledged.
 */
export function leaders(): Promise<Leaders> {
  return inFolder(async (folder) => {
    const [patroni, redis] = await Promise.all([startPatroniSet(), startRedisSet()]);
    const tocsin = await startTocsin({
      folder,
      people: ['cyn'],
      config: configOf(patroni, redis),
      env: { PATRONI_PASSWORD: operator.password },
    });
    try {
      const people = await signedIn(tocsin);
      const byPatroni = await measured('database', people, () => ofPatroni(patroni));
      const bySentinels = await measured('cache', people, () => ofRedis(redis));
      const lost = byPatroni.lost + bySentinels.lost;
      return { patroni_s: byPatroni.seconds, sentinel_s: bySentinels.seconds, lost };
    } finally {
      await tocsin.close();
      await Promise.all([patroni.stop(), redis.stop()]);
    }
  });
}

/** One system under its writer, as one turn needs it. */
interface Ground {
  /** Settles once somebody else leads and has acknowledged a write. */
  led(): Promise<void>;
  /** Ends the writer; answers how many acknowledged writes are gone. */
  missing(): Promise<number>;
}

type People = readonly ReturnType<typeof consoleClient>[];

function signedIn(tocsin: Tocsin): Promise<People> {
  const door = hostDoorPath(tocsin.journal);
  return Promise.all(
    ['ana', 'ben', 'cyn'].map(async (id) =>
      consoleClient(() => tocsin.urls.console, await sessionOf(door, id)),
    ),
  );
}

async function measured(
  what: 'database' | 'cache',
  people: People,
  open: () => Promise<Ground>,
): Promise<{ readonly seconds: number; readonly lost: number }> {
  const times: number[] = [];
  let lost = 0;
  // The first loads code and warms the servers.
  for (let turn = 0; turn <= rounds; turn += 1) {
    const ground = await open();
    const seconds = await failedOver(what, people, ground);
    lost += await ground.missing();
    say(`${what} ${round(seconds)} s`);
    if (turn > 0) times.push(seconds);
  }
  return { seconds: round(median(times)), lost };
}

async function failedOver(what: string, people: People, { led }: Ground): Promise<number> {
  const [ana, ben, cyn] = people;
  // An incident of its own, whose page shows this failover and no other.
  const declared = await ana?.says('', `declare "${what} ${performance.now()}"`);
  const [incident = ''] = /inc-[0-9a-f]+/.exec(declared ?? '') ?? [];
  const asked = await ana?.says(incident, `failover ledger ${what} env=production`);
  const page = () => ana?.page(`/incidents/${incident}`).then((html) => html ?? '');
  const [, operation, hash] =
    /approve (op-[0-9a-f]+) ([0-9a-f]{10})/.exec((await page()) ?? '') ?? [];
  if (operation === undefined) throw new Error(`nothing to approve: ${asked}`);
  await ben?.says('', `approve ${operation} ${hash}`);
  const began = performance.now();
  const leading = led().then(() => (performance.now() - began) / 1000);
  await cyn?.says('', `approve ${operation} ${hash}`);
  const seconds = await leading.catch(async (error: unknown) => {
    throw new Error(`${error}: ${await page()}`);
  });
  await until('it is done', async () => {
    const shown = (await page()) ?? '';
    if (/>FAILED</.test(shown)) throw new Error(`it failed: ${shown}`);
    return />DONE</.test(shown);
  });
  return seconds;
}

async function ofPatroni({ members, ask }: PatroniSet): Promise<Ground> {
  const primaryOf = async () => {
    for (const member of members) {
      const { status } = await ask(member, '/primary').catch(() => ({ status: 0 }));
      if (status === 200) return member;
    }
    return undefined;
  };
  const old = await until('one leads', primaryOf);
  const writer = await rows.startWriter(members.map(({ postgresPort }) => postgresPort));
  await until('rows are acknowledged', async () => writer.acknowledged().length > 100);
  return {
    async led() {
      const next = members.find((member) => member !== old);
      await until('the other one takes a write', async () =>
        rows.takesWrites(next?.postgresPort ?? 0),
      );
    },
    async missing() {
      await writer.stop();
      const now = await until('one leads', primaryOf);
      return rows.missingFrom(now.postgresPort, writer.acknowledged());
    },
  };
}

async function ofRedis({ ports, sentinels, client }: RedisSet): Promise<Ground> {
  const masterOf = async () => {
    const named = await client(sentinels[0] ?? 0).call(
      'SENTINEL',
      'GET-MASTER-ADDR-BY-NAME',
      'cache',
    );
    return Number(String(named).split(',')[1]);
  };
  const old = await masterOf();
  const writer = keys.startWriter(sentinels);
  await until('writes are acknowledged', async () => writer.acknowledged().length > 100);
  return {
    async led() {
      await until('another one takes a write', async () => {
        for (const port of ports.filter((each) => each !== old)) {
          const answer = await client(port)
            .set('bench', 'x')
            .catch(() => '');
          if (answer === 'OK') return true;
        }
        return false;
      });
    },
    async missing() {
      await writer.stop();
      return keys.missingFrom(client(await masterOf()), writer.acknowledged());
    },
  };
}

async function until<T>(what: string, look: () => Promise<T>): Promise<NonNullable<T>> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const found = await look();
    if (found) return found;
    await delay(10);
  }
  throw new Error(`it never came to this: ${what}`);
}

function configOf({ members }: PatroniSet, { sentinels }: RedisSet): string {
  const endpoints = members.map(({ url }) => JSON.stringify(url)).join(', ');
  const places = sentinels.map((port) => `"127.0.0.1:${port}"`).join(', ');
  // Many in an hour are no accident here.
  return `fuse: { danger_per_hour: 100 }
services:
  ledger:
    match: { app: ledger }
    environments: { production: { database: { patroni: pg-main }, cache: { redis: cache-main } } }
targets:
  pg-main: { patroni: { endpoints: [${endpoints}], basic: { username: ${operator.username}, password: "\${env:PATRONI_PASSWORD}" } } }
  cache-main: { redis: { sentinels: [${places}], master: cache } }
`;
}
