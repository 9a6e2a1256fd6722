import { describe, expect, it } from 'vitest';
import { thisBuild } from '../../src/cli/build.ts';
import { loadConfig } from '../../src/config.ts';

const world = `version: 1
journal: { path: ./tocsin.db }
people: [ { id: ana, name: Ana }, { id: ben, name: Ben } ]
groups: { sre: { members: [ana, ben] } }
default_route: { notify: sre }
targets:
  eu-1: { kubernetes: { read: { kubeconfig: ./k } } }
  cache-main: { redis: { sentinels: [ "10.0.0.8:26379" ], master: cache } }
  eu: { aws: { region: eu-central-1 } }
services:
  checkout:
    match: { app: checkout }
    environments:
      production: { workload: { kubernetes: eu-1, namespace: shop, deployment: checkout } }
  orders:
    match: { app: orders }
    environments:
      production: { cache: { redis: cache-main }, database: { aws: eu, cluster: orders }, match: { env: prod } }
      staging: { cache: { redis: cache-main }, match: { env: stage } }
policies: [ { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ], expires: 30m } ]
`;

function load(watch: string) {
  const text = `${world}watch:\n  ${watch}\n`;
  return loadConfig(
    'tocsin.yaml',
    { env: {}, files: { read: (path) => (path.endsWith('k') ? '' : text) } },
    thisBuild,
  );
}

function faults(watch: string): readonly string[] {
  const loaded = load(watch);
  return loaded.ok
    ? []
    : loaded.errors.map(({ what, why, instead }) => `${what}, ${why}, ${instead}`);
}

const propose = 'propose: restart checkout env=production';

describe('what is watched', () => {
  it('is an address, a change, and how patient it is', () => {
    const loaded = load(
      `front: { http: "http://10.0.0.7:8080/health?deep=1", status: 204, ${propose} }\n  redis: { tcp: "redis-1.internal:6379", ${propose}, every: 1m, strikes: 5, timeout: 2s, severity: major, expires: 2h }`,
    );
    expect(loaded.ok && loaded.config.watch).toEqual([
      {
        name: 'front',
        address: { kind: 'http', url: 'http://10.0.0.7:8080/health?deep=1', status: 204 },
        ...{ line: 'restart checkout env=production', service: 'checkout' },
        ...{ environment: 'production', everyMs: 30_000, strikes: 3, timeoutMs: 5000 },
        ...{ severity: 'critical', expiresMs: 86_400_000 },
      },
      {
        name: 'redis',
        address: { kind: 'tcp', host: 'redis-1.internal', port: 6379 },
        ...{ line: 'restart checkout env=production', service: 'checkout' },
        ...{ environment: 'production', everyMs: 60_000, strikes: 5, timeoutMs: 2000 },
        ...{ severity: 'major', expiresMs: 7_200_000 },
      },
    ]);
  });

  it.each([
    ['propose: restart nothing env=production', /watch\.front proposes .*nothing/],
    ['propose: restart checkout env=moon', /no environment|moon/],
    ['propose: restart checkout', /env=/],
    ['propose: explode checkout env=production', /what can be proposed is a change/],
    ['propose: approve op-1 aaaaaaaaaa', /what can be proposed is a change/],
    ['propose: failover checkout cache env=production', /the configuration names no cache/],
    ['propose: scale checkout many env=production', /watch\.front proposes/],
    ['propose: \'restart checkout env=production reason="x"\'', /reason/],
  ])('%s is a fault', (line, words) => {
    const [fault = '', ...more] = faults(`front: { http: "http://10.0.0.7/", ${line} }`);
    expect(fault).toMatch(words);
    expect(more).toEqual([]);
  });

  it.each([
    [`front: { ${propose} }`, 'watch.front has no address'],
    [`front: { http: "http://a/", tcp: "a:1", ${propose} }`, 'watch.front has two addresses'],
    [`front: { tcp: "a:0", ${propose} }`, 'watch.front.tcp has the port 0'],
    [`front: { tcp: "a:1", status: 200, ${propose} }`, 'watch.front.status stands beside tcp'],
    [`front: { http: "ftp://a/", ${propose} }`, 'watch.front.http is "ftp://a/"'],
    [`front: { http: "http://u:p@a/", ${propose} }`, 'watch.front.http holds an @'],
    [
      `front: { http: "http://a/", every: 5s, timeout: 5s, ${propose} }`,
      'watch.front.timeout is not shorter than every',
    ],
    ['front: { http: "http://a/" }', 'watch.front.propose is missing'],
    [`front: { http: "http://a/", strike: 3, ${propose} }`, 'watch.front.strike is not known'],
  ])('%s is a fault', (written, fault) => {
    expect(faults(written).join('\n')).toContain(fault);
  });

  it('is a part of a service, whose failover is proposed where nothing else is written', () => {
    const loaded = load(
      'cache: { service: orders, role: cache, environment: production }\n  named: { service: orders, role: cache, environment: staging, propose: "failover orders cache to=10.0.0.9:6379 env=staging" }',
    );
    expect(loaded.ok && loaded.config.watch).toMatchObject([
      {
        name: 'cache',
        address: { kind: 'target', integration: 'redis', target: 'cache-main' },
        line: 'failover orders cache env=production',
        ...{ service: 'orders', environment: 'production' },
      },
      { name: 'named', line: 'failover orders cache to=10.0.0.9:6379 env=staging' },
    ]);
  });

  it.each([
    ['service: orders, role: cache', 'names no environment, orders has production and staging'],
    ['service: orders, role: cache, environment: prodution', 'did you mean "production"?'],
    ['service: order, role: cache', 'there is no such service, did you mean "orders"?'],
    ['service: orders, environment: production', 'cache has no role'],
    ['role: cache', 'cache has no service'],
    ['environment: production', 'cache has no service'],
    ['service: checkout, role: database', 'the configuration names none'],
    [
      'service: orders, role: database, environment: production',
      'a target of aws does not say whether it takes writes, write tcp: host:port and propose: failover orders database env=production',
    ],
    ['service: checkout, role: workload', 'watch.cache.role'],
    ['service: orders, role: cache, environment: production, ca: ./k', 'ca stands beside service'],
    ['service: orders, role: cache, environment: production, tcp: "a:1"', 'has two addresses'],
    [
      'service: orders, role: cache, environment: production, propose: restart checkout env=production',
      'what is watched is the cache of orders in production',
    ],
    [
      'service: orders, role: cache, environment: production, propose: failover orders cache env=staging',
      'write failover orders cache env=production, or leave it out',
    ],
    [
      'service: orders, role: cache, environment: production, propose: failover orders database env=production',
      'what is watched is the cache of orders in production',
    ],
  ])('%s is no part that can be watched', (written, words) => {
    const [fault = '', ...more] = faults(`cache: { ${written} }`);
    expect(fault).toContain(words);
    expect(more).toEqual([]);
  });
});
