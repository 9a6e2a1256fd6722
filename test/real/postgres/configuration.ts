import { bin, type PostgresSet, passwords } from './postgres-servers.ts';
import type { TurnedProxy } from './proxy.ts';

/** Lines of a configuration: a service on this set. */
export const serviceLines = `services:
  checkout:
    match: { app: checkout }
    environments: { production: { database: { postgres: pg-main } } }
`;

/** What the target's lines refer to. A fence is held half-way as long as the file `hold` is there. */
export function targetEnv(hold = '/nowhere'): Readonly<Record<string, string>> {
  return {
    PG_TOCSIN: passwords.tocsin,
    PG_SHOP: passwords.shop,
    PG_BIN: bin,
    PG_HOLD: hold,
  };
}

/** A HAProxy beside the proxy of a file, turned by its runtime API. */
export interface Edge {
  readonly socket: string;
  readonly port: number;
}

export function targetLines(
  { config }: PostgresSet,
  { port, repoint }: TurnedProxy,
  edge?: Edge,
): string {
  const { nodes, fence, rejoin } = config;
  const places = nodes
    .map(({ name, address }) => `${name}: { address: "127.0.0.1:${address.port}" }`)
    .join(', ');
  const words = JSON.stringify;
  const file = `{ file: ${repoint.file}, line: "${repoint.line}", reload: ${words(repoint.reload)}, through: "127.0.0.1:${port}" }`;
  const backend = edge
    ? `, { haproxy: edge, backend: pg_write, through: "127.0.0.1:${edge.port}" }`
    : '';
  const edgeLines = edge
    ? `  edge: { haproxy: { instances: { lb-1: { socket: ${edge.socket} } } } }
`
    : '';
  return `targets:
  pg-main:
    postgres:
      nodes: { ${places} }
      database: shop
      username: tocsin
      password: \${env:PG_TOCSIN}
      application: { username: shop, password: \${env:PG_SHOP} }
      fence:
        command: ${words(fence?.command)}
        undo: ${words(fence?.undo)}
        status: ${words(fence?.status)}
        env: { PG_BIN: \${env:PG_BIN}, HOLD: \${env:PG_HOLD} }
        timeout: 10s
      repoint: [ ${file}${backend} ]
      rejoin: { command: ${words(rejoin?.command)}, env: { PG_BIN: \${env:PG_BIN} }, timeout: 20s }
${edgeLines}`;
}
