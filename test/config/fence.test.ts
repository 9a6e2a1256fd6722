import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

const services = `services:
  checkout: { match: { app: checkout }, environments: { production: { database: { postgres: pg } } } }`;

function configured(fence: string, more = ''): string {
  return yaml({
    targets: `targets:
  pg:
    postgres:
      nodes: { db-1: { address: "a:5432" }, db-2: { address: "b:5432" } }
      username: tocsin
      application: { username: shop }
      fence: ${fence}
  host-1: { docker: { socket: ./docker.sock } }
  eu-1: { kubernetes: { read: { kubeconfig: r.yaml }, write: { kubeconfig: w.yaml } } }${more}`,
    services,
    policies: 'policies: []',
  });
}

describe('a fence', () => {
  it('is the container of each node', () => {
    const { config, warnings } = accepted(
      configured(
        '{ docker: host-1, nodes: { db-1: { container: pg-1 }, db-2: { container: pg-2 } } }',
      ),
    );
    expect(config.targets.postgres[0]?.fence).toEqual({
      by: 'docker',
      target: 'host-1',
      timeoutMs: 60_000,
      nodes: { 'db-1': { container: 'pg-1' }, 'db-2': { container: 'pg-2' } },
    });
    expect(config.targets.docker).toEqual([
      { target: 'host-1', timeoutMs: 5_000, at: { socket: '/etc/tocsin/docker.sock' } },
    ]);
    expect(JSON.stringify(warnings)).not.toContain('host-1');
  });

  it('is the workload of each node', () => {
    const { config } = accepted(
      configured(
        '{ kubernetes: eu-1, timeout: 2m, nodes: { db-1: { namespace: db, statefulset: pg-1 }, db-2: { namespace: db, deployment: pg-2 } } }',
      ),
    );
    expect(config.targets.postgres[0]?.fence).toEqual({
      by: 'kubernetes',
      target: 'eu-1',
      timeoutMs: 120_000,
      nodes: {
        'db-1': { namespace: 'db', kind: 'statefulset', workload: 'pg-1' },
        'db-2': { namespace: 'db', kind: 'deployment', workload: 'pg-2' },
      },
    });
  });

  it.each([
    [
      '{ timeout: 5s }',
      'targets.pg.postgres.fence names no way to stop a server, a server is stopped in one way, write command, kubernetes or docker',
    ],
    [
      '{ command: [stop], undo: [start], docker: host-1 }',
      'targets.pg.postgres.fence names command and docker, a server is stopped in one way, write command, kubernetes or docker',
    ],
    [
      '{ command: [stop] }',
      'targets.pg.postgres.fence has command and no undo, a failover that fails would leave the service without a writer, write undo as well',
    ],
    [
      '{ docker: host-1, status: [ask], nodes: {} }',
      'targets.pg.postgres.fence.status is written beside docker, it would have no effect, take it out',
    ],
    [
      '{ command: [stop], undo: [start], nodes: {} }',
      'targets.pg.postgres.fence.nodes is written beside command, it would have no effect, take it out',
    ],
    [
      '{ docker: host-1, nodes: { db-1: { container: pg-1 } } }',
      'targets.pg.postgres.fence.nodes.db-2 does not say what it runs in, any node may be the one that is fenced, write { container: NAME } for every node',
    ],
    [
      '{ docker: host-1, nodes: { db-1: { container: a }, db-2: { container: b }, db-3: { container: c } } }',
      'targets.pg.postgres.fence.nodes.db-3 is no node, the nodes are db-1 and db-2, write { container: NAME } for every node',
    ],
    [
      '{ kubernetes: eu-1, nodes: { db-1: { namespace: db, statefulset: a, deployment: a }, db-2: { namespace: db, statefulset: b } } }',
      'targets.pg.postgres.fence.nodes.db-1 does not say what it runs in, any node may be the one that is fenced, write { namespace: NAME, statefulset: NAME } or { namespace: NAME, deployment: NAME } for every node',
    ],
    [
      '{ docker: host-2, nodes: { db-1: { container: a }, db-2: { container: b } } }',
      'targets.pg.postgres.fence.docker is "host-2", targets has no docker target of that name, did you mean "host-1"?',
    ],
    [
      '{ docker: host-1, nodes: { db-1: { container: "../../v1.41/images" }, db-2: { container: b } } }',
      'targets.pg.postgres.fence.nodes.db-1.container is "../../v1.41/images", a container has letters, digits and _ . - in its name, write it as `docker ps` does',
    ],
  ])('is refused as %s', (fence, fault) => {
    const said = faultsOf(configured(fence)).map((line) => line.replace(/^[^ ]+ /, ''));
    expect(said).toContain(fault);
  });
});

it.each([
  ['{}', 'targets.other.docker has no way to it'],
  ['{ socket: /a, url: "http://b:2375" }', 'targets.other.docker has two ways to it'],
])('a docker target is refused as %s', (written, what) => {
  const fence = '{ command: [stop], undo: [start] }';
  const said = faultsOf(configured(fence, `\n  other: { docker: ${written} }`));
  expect(said.join('\n')).toContain(what);
});
