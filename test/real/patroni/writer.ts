import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

export interface Writer {
  /** Rows whose INSERT was answered, by their number. */
  acknowledged(): readonly number[];
  stop(): Promise<void>;
}

const login = { host: '127.0.0.1', user: 'postgres', password: 'postgres', database: 'postgres' };

/**
 * An application that writes to whichever server takes writes, and counts every row that was acknowledged. A row
 * whose answer was lost is not sent again: it is counted neither way.
 */
export async function startWriter(ports: readonly number[]): Promise<Writer> {
  await prepare(ports);
  const acknowledged: number[] = [];
  let isOn = true;
  let next = 0;
  const lanes = [0, 1, 2].map(async () => {
    let client: pg.Client | undefined;
    for (let at = 0; isOn; ) {
      try {
        client ??= await connected(ports[at % ports.length] ?? 0);
        const row = next++;
        await client.query('insert into rows (id) values ($1)', [row]);
        acknowledged.push(row);
        await pause(2);
      } catch {
        // Read-only, ended or not there: the other one may take it.
        void client?.end().catch(() => undefined);
        client = undefined;
        at += 1;
        await pause(20);
      }
    }
    await client?.end().catch(() => undefined);
  });
  return {
    acknowledged: () => acknowledged,
    async stop() {
      isOn = false;
      await Promise.race([Promise.all(lanes), pause(5_000)]);
    },
  };
}

/** Acknowledged rows that a server does not hold. */
export async function missingFrom(port: number, rows: readonly number[]): Promise<number> {
  const client = await connected(port);
  try {
    const { rows: found } = await client.query('select id from rows');
    const held = new Set(found.map(({ id }) => Number(id)));
    return rows.filter((row) => !held.has(row)).length;
  } finally {
    await client.end();
  }
}

/** Whether a server takes a write of the application. */
export async function takesWrites(port: number): Promise<boolean> {
  try {
    const client = await connected(port);
    try {
      await client.query('insert into tries default values');
      return true;
    } finally {
      await client.end();
    }
  } catch {
    return false;
  }
}

async function prepare(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const client = await connected(port).catch(() => undefined);
    try {
      await client?.query(
        'create table if not exists rows (id bigint primary key); create table if not exists tries (at timestamptz default now()); truncate rows',
      );
    } catch {
      // A replica: the leader is another one.
    } finally {
      await client?.end();
    }
  }
}

async function connected(port: number): Promise<pg.Client> {
  const client = new pg.Client({
    ...login,
    port,
    connectionTimeoutMillis: 1_000,
    query_timeout: 3_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
