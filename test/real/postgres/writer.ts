import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { type PostgresSet, passwords, type ServerNode } from './postgres-servers.ts';

export interface Acknowledged {
  readonly writer: number;
  readonly lane: number;
  readonly number: number;
  readonly at: number;
}

export interface Writer {
  /** Rows whose commit was answered so far. */
  acknowledged(): readonly Acknowledged[];
  stop(): Promise<void>;
}

const lanesCount = 3;

/** An application that stays on its connection while that works, then looks for the server that takes writes. */
let writers = 0;

export function startWriter({
  nodes,
}: {
  readonly nodes: readonly Pick<ServerNode, 'port'>[];
}): Writer {
  writers += 1;
  const writer = writers;
  const acknowledged: Acknowledged[] = [];
  let isOn = true;
  const lanes = Array.from({ length: lanesCount }, async (_, lane) => {
    let number = 0;
    let client: Client | undefined;
    for (let turn = 0; isOn; turn += 1) {
      try {
        client ??= await connected(nodes[turn % nodes.length]);
        number += 1;
        // A row whose answer was lost is not written again: it is counted neither way.
        await client.query('INSERT INTO rows VALUES ($1, $2, $3)', [writer, lane, number]);
        acknowledged.push({ writer, lane, number, at: Date.now() });
        await pause(2);
      } catch {
        client?.end().catch(() => undefined);
        client = undefined;
        await pause(10);
      }
    }
    client?.end().catch(() => undefined);
  });
  return {
    acknowledged: () => acknowledged,
    async stop() {
      isOn = false;
      await Promise.race([Promise.all(lanes), pause(5_000)]);
    },
  };
}

async function connected(node: Pick<ServerNode, 'port'> | undefined): Promise<Client> {
  const client = new Client({
    host: '127.0.0.1',
    port: node?.port ?? 0,
    user: 'shop',
    password: passwords.shop,
    database: 'shop',
    connectionTimeoutMillis: 1_000,
    query_timeout: 3_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Acknowledged rows that a server does not hold. */
export async function missingFrom(
  { ask }: Pick<PostgresSet, 'ask'>,
  node: ServerNode,
  rows: readonly Acknowledged[],
): Promise<readonly Acknowledged[]> {
  // A writer may go on meanwhile: only what it had until now is asked for.
  const until = [...rows];
  const found = await ask(node, `SELECT writer || '/' || lane || '/' || number AS row FROM rows`);
  const held = new Set(found.map(({ row }) => String(row)));
  return until.filter(({ writer, lane, number }) => !held.has(`${writer}/${lane}/${number}`));
}
