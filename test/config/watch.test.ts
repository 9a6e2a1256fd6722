import { describe, expect, it } from 'vitest';
import { thisBuild } from '../../src/cli/build.ts';
import { loadConfig } from '../../src/config.ts';

const world = `version: 1
journal: { path: ./tocsin.db }
people: [ { id: ana, name: Ana }, { id: ben, name: Ben } ]
groups: { sre: { members: [ana, ben] } }
default_route: { notify: sre }
targets: { eu-1: { kubernetes: { read: { kubeconfig: ./k } } } }
services:
  checkout:
    match: { app: checkout }
    environments:
      production: { workload: { kubernetes: eu-1, namespace: shop, deployment: checkout } }
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
});
