import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { connectTargets } from '../../src/cli/targets.ts';
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
