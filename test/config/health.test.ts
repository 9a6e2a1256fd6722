import { describe, expect, it } from 'vitest';
import { faultsOf, load, yaml } from './given.ts';

const targets = (more = '') =>
  `targets:\n  prom: { prometheus: { url: http://prom:9090 } }\n${more}`;
const services = (health: string, beside = '') =>
  `services:\n  checkout: { match: { app: checkout }, environments: { production: { ${beside} health: ${health} } } }`;

describe('the checks of an environment', () => {
  it('are read', () => {
    const loaded = load(
      yaml({
        targets: targets(),
        services: services(
          '[ { http: "https://shop.example/health" }, { promql: "errors", below: 0.05 }, { promql: "up", above: 0 }, { tcp: "pg-main:5432" }, { tcp: "[::1]:6379" } ]',
        ),
      }),
    );
    expect(loaded.ok && loaded.settings.catalog.services[0]?.environments[0]?.health).toEqual([
      { kind: 'http', url: 'https://shop.example/health' },
      { kind: 'promql', expression: 'errors', side: 'below', bound: 0.05, measuredBy: 'prom' },
      { kind: 'promql', expression: 'up', side: 'above', bound: 0, measuredBy: 'prom' },
      { kind: 'tcp', host: 'pg-main', port: 5432 },
      { kind: 'tcp', host: '::1', port: 6379 },
    ]);
    expect(loaded.warnings.join()).not.toContain('is asked by nobody');
  });

  it('are asked of the Prometheus that measures the environment', () => {
    const two = targets('  other: { prometheus: { url: http://other:9090 } }');
    const check = '[ { promql: "errors", below: 1 } ]';
    const beside = 'telemetry: { prometheus: other },';
    const loaded = load(yaml({ targets: two, services: services(check, beside) }));
    expect(loaded.ok && loaded.settings.catalog.services[0]?.environments[0]?.health).toMatchObject(
      [{ measuredBy: 'other' }],
    );
    expect(faultsOf(yaml({ targets: two, services: services(check) })).join()).toContain(
      'nothing says which Prometheus is asked',
    );
  });

  it.each([
    ['[ { } ]', 'it has none of http, promql and tcp'],
    ['[ { http: "https://a", tcp: "b:1" } ]', 'it has several of http, promql and tcp'],
    ['[ { promql: "errors" } ]', 'nothing says which values are well'],
    ['[ { promql: "errors", below: 1, above: 0 } ]', 'nothing says which values are well'],
    ['[ { http: "https://a", below: 1 } ]', 'http has no bound'],
    ['[ { http: "https://u:p@a" } ]', 'holds an @'],
    ['[ { http: "ftp://a" } ]', 'http'],
    ['[ { tcp: "pg-main" } ]', 'tcp is no host with a port'],
    ['[ { tcp: "pg-main:99999" } ]', 'tcp is no host with a port'],
    ['[ { htpp: "https://a" } ]', 'did you mean "http"'],
    [`[ ${'{ tcp: "a:1" }, '.repeat(11)} ]`, 'has 11 checks'],
  ])('are refused as %s', (written, why) => {
    expect(faultsOf(yaml({ targets: targets(), services: services(written) })).join()).toContain(
      why,
    );
  });
});
