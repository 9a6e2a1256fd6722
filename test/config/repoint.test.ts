// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

const services = `services:
  checkout: { match: { app: checkout }, environments: { production: { database: { postgres: pg } } } }`;

function configured(repoint: string, edge = edgeLine): string {
  return yaml({
    targets: `targets:
  pg:
    postgres:
      nodes: { db-1: { address: "a:5432" }, db-2: { address: "b:5432" } }
      username: tocsin
      application: { username: shop }
      repoint:
        - ${repoint}
${edge}`,
    services,
    policies: 'policies: []',
  });
}

const cluster =
  'eu-1: { kubernetes: { read: { kubeconfig: ./read.yaml }, write: { kubeconfig: ./write.yaml } } }';
const edgeLine =
  '  edge: { haproxy: { instances: { lb-1: { socket: ./admin.sock }, lb-2: { address: "10.0.0.7:9999" } } } }';

describe('a backend of HAProxy under repoint', () => {
  it('has a server for each node, by its own name where it is not called the same there', () => {
    const { config, warnings } = accepted(
      configured(
        '{ haproxy: edge, backend: pg_write, servers: { db-2: pg2 }, through: "lb:5432" }',
      ),
    );
    expect(config.targets.postgres[0]?.repoint).toEqual([
      {
        haproxy: 'edge',
        backend: 'pg_write',
        servers: { 'db-1': 'db-1', 'db-2': 'pg2' },
        through: { host: 'lb', port: 5432 },
      },
    ]);
    expect(config.targets.haproxy).toEqual([
      {
        target: 'edge',
        timeoutMs: 3_000,
        instances: [
          { name: 'lb-1', at: { socket: '/etc/tocsin/admin.sock' } },
          { name: 'lb-2', at: { host: '10.0.0.7', port: 9999 } },
        ],
      },
    ]);
    // It is used by a target, so no service has to name it.
    expect(JSON.stringify(warnings)).not.toContain('edge');
  });

  it.each([
    [
      '{ haproxy: egde, backend: pg_write }',
      'targets.pg.postgres.repoint[0].haproxy is "egde", targets has no haproxy target of that name, did you mean "edge"?',
    ],
    [
      '{ haproxy: pg, backend: pg_write }',
      'targets.pg.postgres.repoint[0].haproxy is "pg", targets has no haproxy target of that name, add it to targets as { haproxy: { … } }',
    ],
    [
      '{ haproxy: edge }',
      'targets.pg.postgres.repoint[0] has haproxy and no backend, it does not say where the primary stands, write backend as well',
    ],
    [
      '{ file: /etc/proxy.cfg }',
      'targets.pg.postgres.repoint[0] has file and no line, it does not say where the primary stands, write line as well',
    ],
    [
      '{ haproxy: edge, backend: pg_write, reload: [ "true" ] }',
      'targets.pg.postgres.repoint[0].reload is written beside haproxy, it would have no effect, take it out',
    ],
    [
      '{ file: /etc/proxy.cfg, line: x, haproxy: edge, backend: pg_write }',
      'targets.pg.postgres.repoint[0] names file and haproxy, an entry is one thing that sends clients to the primary, write file, haproxy or kubernetes',
    ],
    [
      '{ through: "lb:5432" }',
      'targets.pg.postgres.repoint[0] names nothing to turn, an entry is one thing that sends clients to the primary, write file, haproxy or kubernetes',
    ],
    [
      '{ haproxy: edge, backend: pg_write, servers: { db-9: pg9 } }',
      'targets.pg.postgres.repoint[0].servers.db-9 is no node, the nodes are db-1 and db-2, write the name of a node first, then its server',
    ],
    [
      '{ haproxy: edge, backend: "pg; shutdown sessions server a/b" }',
      'targets.pg.postgres.repoint[0].backend is "pg; shutdown sessions server a/b", names of HAProxy have letters, digits and - _ . : only, write it as its configuration does',
    ],
  ])('is refused as %s', (repoint, fault) => {
    expect(faultsOf(configured(repoint)).map((line) => line.replace(/^[^ ]+ /, ''))).toContain(
      fault,
    );
  });
});

describe('a Service of Kubernetes under repoint', () => {
  it('has the value of the label that tells the pods of a StatefulSet apart for each node', () => {
    const { config, warnings } = accepted(
      configured(
        '{ kubernetes: eu-1, namespace: db, service: pg-write, servers: { db-1: pg-0, db-2: pg-1 } }',
        `  ${cluster}`,
      ),
    );
    expect(config.targets.postgres[0]?.repoint).toEqual([
      {
        kubernetes: 'eu-1',
        namespace: 'db',
        service: 'pg-write',
        label: 'statefulset.kubernetes.io/pod-name',
        servers: { 'db-1': 'pg-0', 'db-2': 'pg-1' },
      },
    ]);
    expect(JSON.stringify(warnings)).not.toContain('eu-1');
  });

  it.each([
    [
      '{ kubernetes: eu-2, namespace: db, service: pg-write, servers: { db-1: pg-0, db-2: pg-1 } }',
      'targets.pg.postgres.repoint[0].kubernetes is "eu-2", targets has no kubernetes target of that name, did you mean "eu-1"?',
    ],
    [
      '{ kubernetes: eu-1, namespace: db, servers: { db-1: pg-0, db-2: pg-1 } }',
      'targets.pg.postgres.repoint[0] has kubernetes and no service, it does not say where the primary stands, write service as well',
    ],
    [
      '{ kubernetes: eu-1, namespace: db, service: pg-write, servers: { db-1: pg-0 } }',
      'targets.pg.postgres.repoint[0].servers does not name db-2, any node may become the primary, write the value of statefulset.kubernetes.io/pod-name on the pod of every node',
    ],
    [
      '{ kubernetes: eu-1, namespace: db, service: pg-write, label: member, servers: { db-1: pg-0, db-2: pg-0 } }',
      'targets.pg.postgres.repoint[0].servers has pg-0 for more than one node, the Service would send clients to both, write the value of member on the pod of every node',
    ],
    [
      '{ kubernetes: eu-1, namespace: db, service: pg-write, backend: x, servers: { db-1: pg-0, db-2: pg-1 } }',
      'targets.pg.postgres.repoint[0].backend is written beside kubernetes, it would have no effect, take it out',
    ],
  ])('is refused as %s', (repoint, fault) => {
    const faults = faultsOf(configured(repoint, `  ${cluster}`));
    expect(faults.map((line) => line.replace(/^[^ ]+ /, ''))).toContain(fault);
  });
});

describe('a haproxy target', () => {
  it.each([
    [
      '{ lb-1: {} }',
      'targets.edge.haproxy.instances.lb-1 has no way to it, its runtime API is bound to one socket, write socket: PATH, or address: HOST:PORT',
    ],
    [
      '{ lb-1: { socket: /run/a.sock, address: "10.0.0.7:9999" } }',
      'targets.edge.haproxy.instances.lb-1 has two ways to it, its runtime API is bound to one socket, write socket: PATH, or address: HOST:PORT',
    ],
    [
      '{}',
      'targets.edge.haproxy.instances names no HAProxy, there is nothing to turn, write for example { lb-1: { socket: /run/haproxy/admin.sock } }',
    ],
  ])('is refused with instances %s', (instances, fault) => {
    const faults = faultsOf(
      configured(
        '{ haproxy: edge, backend: pg_write }',
        `  edge: { haproxy: { instances: ${instances} } }`,
      ),
    );
    expect(faults.map((line) => line.replace(/^[^ ]+ /, ''))).toContain(fault);
  });
});
