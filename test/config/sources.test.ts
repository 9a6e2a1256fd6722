// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

describe('sources', () => {
  it('refuses a source without a credential', () => {
    expect(
      faultsOf(yaml({ sources: 'sources: { alertmanager: { main: { api: http://am:9093 } } }' })),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main has no credential, anybody who reaches the listener could send alerts, write bearers: [ ${env:NAME} ], or auth: none on purpose',
    ]);
  });

  it('refuses an empty list of credentials', () => {
    expect(
      faultsOf(yaml({ sources: 'sources: { alertmanager: { main: { bearers: [] } } }' })),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main has no credential, anybody who reaches the listener could send alerts, write bearers: [ ${env:NAME} ], or auth: none on purpose',
    ]);
  });

  it('refuses two ways of being known', () => {
    expect(
      faultsOf(
        yaml({
          sources:
            'sources: { alertmanager: { main: { auth: none, bearers: [ ${env:AM_TOKEN} ] } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main has bearers and auth, one of them says how it is known, write one of bearers, basic and auth: none',
    ]);
  });

  it('refuses another word for none', () => {
    expect(
      faultsOf(yaml({ sources: 'sources: { alertmanager: { main: { auth: open } } }' })),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main.auth is "open", only none is known here, write none',
    ]);
  });

  it('refuses half a basic authentication', () => {
    expect(
      faultsOf(
        yaml({ sources: 'sources: { alertmanager: { main: { basic: { username: u } } } }' }),
      ),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main.basic.password is missing, it has no default, write ${env:NAME} or ${file:/run/secrets/NAME}',
    ]);
  });

  it('refuses an API that is no URL', () => {
    expect(
      faultsOf(
        yaml({
          sources:
            'sources: { alertmanager: { main: { bearers: [ ${env:AM_TOKEN} ], api: am:9093 } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main.api is "am:9093", it is no http or https URL, write for example https://alerts.example.com',
    ]);
  });

  it('refuses to send alerts of its own where there is no API to send them to', () => {
    const faults = (api: string) =>
      faultsOf(
        yaml({
          sources: `sources: { alertmanager: { main: { bearers: [ \${env:AM_TOKEN} ], own_alerts: true${api} } } }`,
        }),
      );
    expect(faults('')).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main.own_alerts has no effect, without api there is nowhere to send them, write api: URL, or take own_alerts out',
    ]);
    expect(faults(', api: http://am:9093')).toEqual([]);
  });

  it('refuses a cluster of one that is named twice', () => {
    expect(
      faultsOf(
        yaml({
          sources:
            'sources: { alertmanager: { main: { auth: none, api: [ http://am:9093, http://am:9093/ ] } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main.api names http://am:9093/ twice, one that answers twice is no cluster, write every peer once',
    ]);
  });

  it('refuses two credentials for one API', () => {
    expect(
      faultsOf(
        yaml({
          sources:
            'sources: { alertmanager: { main: { bearers: [ ${env:AM_TOKEN} ], api: { url: http://am:9093, bearer: ${env:AM_TOKEN}, basic: { username: u, password: ${env:AM_TOKEN} } } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main.api has bearer and basic, a request carries one of them, take one out',
    ]);
  });

  it('refuses sources this build lacks, and a pager nobody could trust or act at', () => {
    expect(
      faultsOf(
        yaml({
          sources: `sources:
  alertmangr: {}
  pagerduty: { main: {}, eu: { secrets: [ \${env:AM_TOKEN} ], api: { token: \${env:AM_TOKEN}, from: nobody } } }
  grafana: { main: {}, eu: { hmac: { secrets: [] } }, us: { auth: none, hmac: { secrets: [ \${env:AM_TOKEN} ] } } }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: sources.alertmangr is not known, sources takes alertmanager, pagerduty and grafana, did you mean "alertmanager"?',
      'tocsin.yaml:3: sources.pagerduty.main has no secrets, anybody who reaches the listener could send pages, write secrets: [ ${file:/run/secrets/NAME} ] with the secret of the subscription',
      'tocsin.yaml:3: sources.pagerduty.eu.api.from is "nobody", PagerDuty wants the e-mail of one of its users with everything that changes a page, write the e-mail of a user made for Tocsin',
      'tocsin.yaml:4: sources.grafana.main has no credential, anybody who reaches the listener could send alerts, write bearers: [ ${env:NAME} ], or auth: none on purpose',
      'tocsin.yaml:4: sources.grafana.eu has no credential, anybody who reaches the listener could send alerts, write bearers: [ ${env:NAME} ], or auth: none on purpose',
      'tocsin.yaml:4: sources.grafana.us has hmac and auth, one of them says how it is known, write one of bearers, basic and auth: none',
    ]);
  });
});
