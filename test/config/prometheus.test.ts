// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { faultsOf, load, yaml } from './given.ts';

const clusters =
  '  eu-1: { kubernetes: { read: { kubeconfig: r.yaml }, write: { kubeconfig: w.yaml } } }';
const targets = (prometheus: string) =>
  `targets:\n${clusters}\n  prom: { prometheus: ${prometheus} }`;
const services = `services:
  checkout: { match: { app: checkout }, environments: { production: { telemetry: { prometheus: prom } } } }`;

describe('a Prometheus among the targets', () => {
  it('is read with its credential, its patience and its bound', () => {
    const loaded = load(
      yaml({
        targets: targets('{ url: http://prom:9090/p, bearer: ${env:PROM}, timeout: 5s }'),
        services,
      }),
      { env: { PROM: 't0k' } },
    );
    const { config, settings } = loaded.ok ? loaded : { config: undefined, settings: undefined };
    expect(config?.targets.prometheus).toMatchObject([
      { target: 'prom', url: 'http://prom:9090/p', timeoutMs: 5000, bytesMax: 16 * 1024 ** 2 },
    ]);
    expect(config?.targets.prometheus[0]?.bearer?.reveal()).toBe('t0k');
    const [environment] = settings?.catalog.services[0]?.environments ?? [];
    expect(environment?.targets['telemetry']).toMatchObject({
      integration: 'prometheus',
      target: 'prom',
    });
  });

  it('stands for the alerts of a source that are of no service', () => {
    const sources =
      'sources: { alertmanager: { main: { auth: none, telemetry: { prometheus: prom } } } }';
    const loaded = load(yaml({ targets: targets('{ url: http://prom:9090 }'), sources }));
    expect(loaded.ok && loaded.settings.telemetry).toMatchObject({
      'alertmanager/main': { integration: 'prometheus', target: 'prom' },
    });
  });

  it('that nobody asks is said', () => {
    const { warnings } = load(yaml({ targets: targets('{ url: http://prom:9090 }') }));
    expect(warnings.join()).toContain('targets.prom is asked by nobody');
  });

  it.each([
    ['{ }', 'url is missing'],
    [
      '{ url: http://prom, bearer: ${env:AM_TOKEN}, basic: { username: u, password: ${env:AM_TOKEN} } }',
      'has bearer and basic',
    ],
    ['{ url: "http://u:p@prom" }', 'password'],
    ['{ url: http://prom, ca: nowhere.pem }', 'no certificate can be read there'],
    ['{ url: http://prom, tiemout: 5s }', 'did you mean "timeout"'],
  ])('is refused as %s', (written, why) => {
    expect(faultsOf(yaml({ targets: targets(written), services })).join()).toContain(why);
  });

  it.each([
    ['telemetry: { prometheus: prmo }', 'did you mean "prom"'],
    ['telemetry: { prometheus: eu-1 }', 'targets has no prometheus target of that name'],
    ['telemetry: { prometheus: prom, namespace: shop }', 'a Prometheus is asked as a whole'],
    ['telemetry: { kubernetes: eu-1 }', 'this build has no kubernetes telemetry'],
    ['workload: { prometheus: prom }', 'this build has no prometheus workload'],
  ])('is refused where an environment says %s', (written, why) => {
    const own = `services:\n  checkout: { match: { app: checkout }, environments: { production: { ${written} } } }`;
    const given = yaml({ targets: targets('{ url: http://prom:9090 }'), services: own });
    expect(faultsOf(given).join()).toContain(why);
  });
});
