import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { eventually } from '../../support/eventually.ts';
import type { PostgresServer } from './postgres-server.ts';

/** A database of 2,000 orders, made anew. */
export async function freshDatabase(server: PostgresServer): Promise<void> {
  for (const name of await databases(server)) {
    if (name !== 'postgres') await server.ask(`DROP DATABASE ${name} WITH (FORCE)`);
  }
  await server.ask('CREATE DATABASE checkout');
  await server.ask(
    'CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 2000)',
    'checkout',
  );
}

export async function databases(server: PostgresServer): Promise<readonly string[]> {
  const rows = await server.ask(
    'SELECT datname AS name FROM pg_database WHERE NOT datistemplate ORDER BY 1',
  );
  return rows.map(({ name }) => String(name));
}

/** A cluster in which `checkout` runs three times and `worker` twice; who starts it closes it. */
export async function cluster(): Promise<Sandbox> {
  const sandbox = await startSandbox({
    seed: 7,
    timing: { pullMs: 5, readyMs: 20, terminateMs: 100 },
  });
  const image = 'shop/checkout:1';
  sandbox.seed.deployment({ namespace: 'shop', name: 'checkout', image, replicas: 3 });
  sandbox.seed.statefulSet({ namespace: 'shop', name: 'worker', image, replicas: 2 });
  await eventually('all of it runs', () => running(sandbox) === 5);
  return sandbox;
}

export function running(sandbox: Sandbox): number {
  return sandbox.list('pods', 'shop').length;
}

export function replicas(sandbox: Sandbox): readonly (number | undefined)[] {
  return [
    sandbox.get('deployments', 'shop', 'checkout')?.spec.replicas,
    sandbox.get('statefulsets', 'shop', 'worker')?.spec.replicas,
  ];
}

/** `checkout`, as somebody with kubectl scales it. */
export async function scaledTo(sandbox: Sandbox, to: number): Promise<void> {
  const answer = await fetch(`${sandbox.url}/apis/apps/v1/namespaces/shop/deployments/checkout`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${sandbox.token('admin')}`,
      'content-type': 'application/merge-patch+json',
    },
    body: JSON.stringify({ spec: { replicas: to } }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** What the service answers when it is asked how it is, and how often it was. */
export async function healthDoor() {
  let asked = 0;
  const http = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/health`,
    asked: () => asked,
    close: () => void http.close(),
  };
}

/** Writes as a service does that runs in the cluster: while there is a pod, and never without one. */
export function serviceThatWrites(server: PostgresServer, sandbox: Sandbox) {
  const acknowledged: number[] = [];
  const failed: string[] = [];
  const state = { stopped: false };
  const writing = (async () => {
    for (let id = 100_000; !state.stopped; id += 1) {
      if (running(sandbox) === 0) {
        await wait(5);
        continue;
      }
      try {
        await server.ask(`INSERT INTO orders VALUES (${id})`, 'checkout');
        acknowledged.push(id);
      } catch (error) {
        failed.push(String(error));
      }
    }
  })();
  return {
    acknowledged: () => acknowledged,
    failed: () => failed,
    async stop() {
      state.stopped = true;
      await writing;
    },
  };
}

export async function idsIn(
  server: PostgresServer,
  database: string,
): Promise<ReadonlySet<number>> {
  const rows = await server.ask('SELECT id FROM orders', database);
  return new Set(rows.map(({ id }) => Number(id)));
}

/** The newest backup in a folder; undefined while there is none. */
export function newestIn(folder: string): string | undefined {
  const place = join(folder, 'backups/checkout/production/database');
  const names = readdirSync(place).filter((name) => name.endsWith('.dump'));
  return names.toSorted().at(-1)?.replace('.dump', '');
}

export function environmentOf(sandbox: Sandbox): Readonly<Record<string, string>> {
  return { READ: sandbox.token('read'), WRITE: sandbox.token('write') };
}

export interface Written {
  readonly server: PostgresServer;
  readonly sandbox: Sandbox;
  readonly health: string;
}

export function configuration({ server, sandbox, health }: Written): string {
  const checks = `, health: [ { http: ${health} } ]`;
  const workload = (what: string) => `workload: { kubernetes: eu-1, namespace: shop, ${what} }`;
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { ${workload('deployment: checkout')}, database: { postgres: pg-main }${checks} } }
  worker:
    match: { app: worker }
    environments: { production: { ${workload('statefulset: worker')} } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { verb: [backup, verify-backup] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
targets:
  eu-1:
    kubernetes:
      read: { server: "${sandbox.url}", token: "\${env:READ}" }
      write: { server: "${sandbox.url}", token: "\${env:WRITE}" }
      request_timeout: 1s
      lands_within: 2s
  pg-main:
    postgres:
      nodes: { one: { address: "127.0.0.1:${server.port}" } }
      username: admin
      application: { username: app }
      programs: ${server.programs}
backups:
  - { service: checkout, what: database, database: checkout, to: ./backups, stops: [checkout, worker] }
`;
}
