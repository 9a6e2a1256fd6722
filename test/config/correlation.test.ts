// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.
import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

const sources = `sources:
  alertmanager: { main: { bearers: [ \${env:AM_TOKEN} ] } }
  grafana: { main: { bearers: [ \${env:AM_TOKEN} ] } }
  pagerduty: { main: { secrets: [ \${env:AM_TOKEN} ] } }`;

function written(...rules: readonly string[]): string {
  return yaml({
    correlation: `correlation:\n${rules.map((rule) => `  - ${rule}`).join('\n')}`,
    sources,
  });
}

describe('a rule of correlation', () => {
  it('is read with the line it stands on', () => {
    const text = written(
      '{ same: [service], sources: [alertmanager/main, pagerduty/main], within: 10m }',
      '{ same: [cluster], match: { team: platform } }',
    );
    expect(accepted(text).settings.correlation).toEqual([
      {
        where: 'tocsin.yaml:2',
        match: {},
        same: ['service'],
        sources: ['alertmanager/main', 'pagerduty/main'],
        withinMs: 600_000,
      },
      { where: 'tocsin.yaml:3', match: { team: 'platform' }, same: ['cluster'] },
    ]);
  });

  it('compares something, and each label once', () => {
    expect(faultsOf(written('{ same: [] }', '{ same: [a, a] }'))).toEqual([
      'tocsin.yaml:2: correlation[0].same is an empty list, everything would be one incident, write the labels that are equal in what belongs together: same: [cluster, service]',
      'tocsin.yaml:3: correlation[1].same names a twice, a label is compared once, take one of them out',
    ]);
  });

  it('names sources that there are, or none', () => {
    expect(
      faultsOf(
        written('{ same: [a], sources: [alertmanager/mian] }', '{ same: [b], sources: [] }'),
      ),
    ).toEqual([
      'tocsin.yaml:2: there is no source "alertmanager/mian", sources are named by kind and name, did you mean "alertmanager/main"?',
      'tocsin.yaml:3: correlation[1].sources is an empty list, the rule would speak of nothing, take sources out for all of them',
    ]);
  });

  it('is refused where an earlier one decides all that it speaks of', () => {
    const shadowed = [
      '{ same: [cluster] }',
      '{ same: [cluster, zone] }',
      '{ same: [zone], match: { cluster: x } }',
      '{ same: [cluster], sources: [grafana/main] }',
    ];
    expect(faultsOf(written(...shadowed)).map((fault) => fault.split(',', 1)[0])).toEqual([
      'tocsin.yaml:3: correlation[1] is never reached',
      'tocsin.yaml:4: correlation[2] is never reached',
      'tocsin.yaml:5: correlation[3] is never reached',
    ]);
    const reached = [
      '{ same: [cluster], sources: [grafana/main] }',
      '{ same: [cluster, zone], match: { a: b } }',
      '{ same: [cluster] }',
      '{ same: [zone] }',
    ];
    expect(faultsOf(written(...reached))).toEqual([]);
  });

  it('is refused where pages alone are meant, and no page has the label', () => {
    expect(faultsOf(written('{ same: [cluster], sources: [pagerduty/main] }'))).toEqual([
      'tocsin.yaml:2: correlation[0] is never reached, a page has no label cluster, compare service, or one of service, environment, root, severity, urgency, priority, pagerduty_service, pagerduty_service_id, pagerduty_policy, pagerduty_policy_id, pagerduty_team and pagerduty_team_id',
    ]);
  });

  it('is refused where it compares services, and there are none', () => {
    const text = yaml({
      correlation: 'correlation: [ { same: [service] } ]',
      services: '',
      policies: '',
      targets: '',
    });
    expect(faultsOf(text)).toEqual([
      'tocsin.yaml:1: correlation[0] compares the service, there are no services, so that no alert is about one, write services: or name a label of the alerts',
    ]);
  });

  it('is warned of where it does less, or more, than it says', () => {
    const text = written(
      '{ same: [cluster], sources: [alertmanager/main, pagerduty/main] }',
      '{ same: [team], match: { team: a } }',
      '{ same: [zone], match: { service: chekout } }',
    );
    const warned = accepted(text).warnings.filter((line) => line.includes('correlation['));
    expect(warned).toEqual([
      expect.stringContaining('has no label cluster, so that the rule never speaks of one'),
      expect.stringContaining('all that it matches is one incident'),
      expect.stringContaining('there is no service chekout'),
    ]);
  });
});

describe('a service by other names', () => {
  const services = (also: string) =>
    yaml({
      services: `services:
  checkout: { match: { app: checkout }, also: ${also}, environments: { production: {} } }
  basket: { match: { app: basket }, also: [ { job: shop } ], environments: { production: {} } }`,
      targets: '',
      policies: '',
    });

  it('is found by each of them', () => {
    const { catalog } = accepted(services('[ { pagerduty_service: Checkout } ]')).settings;
    expect(catalog.services[0]?.also).toEqual([{ pagerduty_service: 'Checkout' }]);
  });

  it('has no name that another one has before it, and none that is empty', () => {
    expect(
      faultsOf(services('[ { job: shop }, {} ]')).map((fault) => fault.split(', ', 1)[0]),
    ).toEqual([
      'tocsin.yaml:2: services.checkout.also[1] is empty',
      'tocsin.yaml:3: services.basket.also[0] never decides',
    ]);
  });
});

describe('what a service depends on', () => {
  const services = (checkout: string, db: string) =>
    yaml({
      services: `services:
  checkout: { match: { app: checkout }, ${checkout} environments: { production: { workload: { kubernetes: eu-1, namespace: shop, deployment: checkout } } } }
  orders-db: { match: { app: orders-db }, ${db} environments: { production: {} } }`,
    });

  it('is another service that there is', () => {
    const { settings } = accepted(services('parent: orders-db,', ''));
    expect(settings.catalog.services.map(({ name, parent }) => [name, parent])).toEqual([
      ['checkout', 'orders-db'],
      ['orders-db', undefined],
    ]);
    expect(faultsOf(services('parent: order-db,', ''))).toEqual([
      'tocsin.yaml:2: services.checkout.parent is order-db, there is no such service, did you mean "orders-db"?',
    ]);
  });

  it('is never itself, by whatever way round', () => {
    expect(faultsOf(services('parent: checkout,', ''))).toEqual([
      expect.stringContaining('services.checkout.parent is checkout, it would depend on itself'),
    ]);
    expect(faultsOf(services('parent: orders-db,', 'parent: checkout,'))).toHaveLength(2);
  });
});
