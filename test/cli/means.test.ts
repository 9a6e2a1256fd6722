import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { connectTargets } from '../../src/cli/targets.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { accepted, yaml } from '../config/given.ts';
import { startFakeDocker } from '../fakes/docker.ts';

it('a PostgreSQL is handed what stops its servers, which is a target of its own that the doctor knows', async () => {
  const docker = await startFakeDocker(['pg-1', 'pg-2']);
  onTestFinished(() => docker.close());
  const { config } = accepted(
    yaml({
      targets: `targets:
  host-1: { docker: { url: "${docker.url}" } }
  edge: { haproxy: { instances: { lb-1: { socket: ./nowhere.sock } } } }
  pg:
    postgres:
      nodes: { db-1: { address: "127.0.0.1:1" }, db-2: { address: "127.0.0.1:2" } }
      username: tocsin
      application: { username: shop }
      fence: { docker: host-1, nodes: { db-1: { container: pg-1 }, db-2: { container: pg-2 } } }
      repoint: [ { haproxy: edge, backend: pg_write } ]`,
      services:
        'services: { checkout: { match: { app: checkout }, environments: { production: { database: { postgres: pg } } } } }',
      policies: 'policies: []',
    }),
  );
  const deps = { digestKey: new Uint8Array(32), log: pino({ level: 'silent' }) };
  const { targets } = await connectTargets(config, deps);
  onTestFinished(() => {
    for (const { close } of targets) close();
  });
  expect(targets.map(({ name }) => name)).toEqual(['haproxy/edge', 'docker/host-1', 'postgres/pg']);
  const engine = targets.find(({ name }) => name === 'docker/host-1');
  expect((await engine?.doctor([]))?.map(({ facts }) => facts['container'])).toEqual([
    undefined,
    'pg-1',
    'pg-2',
  ]);
  const proxy = targets.find(({ name }) => name === 'haproxy/edge');
  expect((await proxy?.doctor([]))?.[0]?.problem?.code).toBe('HAPROXY_UNREACHABLE');
});

it('a PostgreSQL whose clients come by a Service has its cluster asked for the rights that turning it takes', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  sandbox.setRules('write', []);
  const credential = (role: 'read' | 'write') =>
    `{ server: "${sandbox.url}", token: "\${env:TOKEN_${role.toUpperCase()}}" }`;
  const { config } = accepted(
    yaml({
      targets: `targets:
  eu-1: { kubernetes: { read: ${credential('read')}, write: ${credential('write')} } }
  pg:
    postgres:
      nodes: { db-1: { address: "127.0.0.1:1" }, db-2: { address: "127.0.0.1:2" } }
      username: tocsin
      application: { username: shop }
      repoint: [ { kubernetes: eu-1, namespace: db, service: pg-write, servers: { db-1: pg-0, db-2: pg-1 } } ]`,
      services:
        'services: { checkout: { match: { app: checkout }, environments: { production: { database: { postgres: pg } } } } }',
      policies: 'policies: []',
    }),
    { env: { TOKEN_READ: sandbox.token('read'), TOKEN_WRITE: sandbox.token('write') } },
  );
  const deps = { digestKey: new Uint8Array(32), log: pino({ level: 'silent' }) };
  const { targets } = await connectTargets(config, deps);
  onTestFinished(() => {
    for (const { close } of targets) close();
  });
  const cluster = targets.find(({ name }) => name === 'kubernetes/eu-1');
  const found = await cluster?.doctor([]);
  expect(found?.flatMap(({ problem }) => problem?.facts['rule'] ?? [])).toEqual([
    'apiGroups: [""], resources: ["services"], verbs: ["patch"]',
  ]);
});
