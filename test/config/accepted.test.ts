// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, load, warningsOf, yaml } from './given.ts';

describe('a sound configuration', () => {
  it.each(['minimal', 'chat', 'databases', 'two-regions', 'streaming-replicas', 'backups'])(
    'is examples/%s, without a warning',
    (name) => {
      const file = new URL(`../../examples/${name}/tocsin.yaml`, import.meta.url);
      const text = readFileSync(file, 'utf8');
      const named = [...text.matchAll(/\$\{env:(\w+)\}/g)].map(([, name = '']) => [
        name,
        'x'.repeat(32),
      ]);
      const age = {
        AGE_IDENTITY: 'AGE-SECRET-KEY-179RVLGS27VT3DRCS4Z7AKD296WRATZALFZPQ0NRWPS32VD26FH4QYJYJ7J',
      };
      const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
      const env = { ...Object.fromEntries(named), ...slack, ...age };
      expect(faultsOf(text, { env })).toEqual([]);
      expect(warningsOf(text, { env })).toEqual([]);
    },
  );

  it('is an example that says of every surface what it is for: both platforms, and a place on each', () => {
    const file = new URL('../../examples/chat/tocsin.yaml', import.meta.url);
    const env = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', DISCORD_TOKEN: 'd' };
    const { config, settings } = accepted(readFileSync(file, 'utf8'), { env });
    const { slack, discord } = config.surfaces;
    expect([slack.map(({ mode }) => mode), discord.map(({ mode }) => mode)]).toEqual([
      ['socket'],
      ['gateway'],
    ]);
    expect(settings.routes.otherwise.places).toEqual({
      'slack/main': '#ops',
      'discord/main': 'ops',
    });
  });

  it('has defaults for everything but the version and the default route', () => {
    const { config, settings } = accepted('version: 1\ndefault_route: {}');
    expect(config).toEqual({
      file: '/etc/tocsin/tocsin.yaml',
      server: {
        listen: { host: '0.0.0.0', port: 8080 },
        trustedProxies: [],
        bodyLimitBytes: 5_242_880,
        shutdownGraceMs: 30_000,
      },
      console: { listen: { host: '127.0.0.1', port: 8081 }, tokens: [] },
      metrics: { listen: { host: '127.0.0.1', port: 9090 } },
      journal: { store: 'sqlite', path: '/etc/tocsin/data/tocsin.db', keyringKeys: [] },
      incident: {
        resolvedJoinMs: 1_800_000,
        compareEveryMs: 300_000,
        ackReminderMs: 300_000,
        silenceWarningMs: 900_000,
      },
      limits: { personPerMinute: 60, sourcePerMinute: 60_000 },
      heartbeat: { everyMs: 60_000, timeoutMs: 10_000 },
      watch: [],
      stores: [],
      sources: { alertmanager: [], pagerduty: [], grafana: [] },
      surfaces: { slack: [], discord: [] },
      targets: {
        kubernetes: [],
        prometheus: [],
        patroni: [],
        aws: [],
        mongodb: [],
        redis: [],
        files: [],
        postgres: [],
        haproxy: [],
        docker: [],
      },
    });
    expect(settings.policy.rules).toEqual([]);
    expect(settings.routes).toEqual({ routes: [], otherwise: { match: {}, places: {} } });
    expect(settings.security).toEqual({ places: {} });
  });

  it('is read from YAML and from JSON, which is YAML', () => {
    expect(accepted('{"version": 1, "default_route": {}}').config.server.listen.port).toBe(8080);
  });

  it('may let the system choose every port', () => {
    const { config } = accepted(
      yaml({
        server: 'server: { listen: 127.0.0.1:0 }',
        console: 'console: { listen: "[::1]:0" }',
        metrics: 'metrics: { listen: 127.0.0.1:0 }',
      }),
    );
    expect([config.server.listen, config.console.listen]).toEqual([
      { host: '127.0.0.1', port: 0 },
      { host: '::1', port: 0 },
    ]);
  });

  it('shortens the times of incidents', () => {
    const incident = 'incident: { resolved_join: 0s, compare_every: 1s, ack_reminder: 1m30s }';
    expect(accepted(yaml({ incident })).config.incident).toEqual({
      resolvedJoinMs: 0,
      compareEveryMs: 1000,
      ackReminderMs: 90_000,
      silenceWarningMs: 900_000,
    });
  });

  it('hears pages, asks about them and knows who is who there', () => {
    const sources = `sources:
  pagerduty:
    main:
      secrets: [ \${env:AM_TOKEN}, \${env:AM_TOKEN} ]
      region: eu
      api: { token: \${env:AM_TOKEN}, from: tocsin@example.com, services: [PSVC1] }`;
    const people =
      'people: [ { id: ana, pagerduty: PANA }, { id: ben, pagerduty: [PB1, PB2] }, { id: cem } ]';
    const { config, settings } = accepted(yaml({ sources, people }));
    expect(config.sources.pagerduty).toMatchObject([
      {
        name: 'main',
        region: 'eu',
        api: { from: 'tocsin@example.com', timeoutMs: 10_000, services: ['PSVC1'], teams: [] },
      },
    ]);
    expect(settings.people.map(({ accounts }) => accounts['pagerduty'])).toEqual([
      ['PANA'],
      ['PB1', 'PB2'],
      undefined,
    ]);
  });

  it('has several sources, each with its own way of being known and asked', () => {
    const sources = `sources:
  alertmanager:
    main: { bearers: [ \${env:AM_TOKEN} ], api: http://am:9093/ }
    eu: { basic: { username: am, password: \${env:AM_TOKEN} }, api: { url: https://am.eu, bearer: \${env:AM_TOKEN}, timeout: 2s } }
    lab: { auth: none, api: { url: http://lab, basic: { username: u, password: \${env:AM_TOKEN} } } }
    pair: { auth: none, api: [ http://am-a:9093, http://am-b:9093 ] }`;
    const [main, eu, lab, pair] = accepted(yaml({ sources })).config.sources.alertmanager;
    expect([main?.auth.kind, main?.api?.url, main?.api?.timeoutMs]).toEqual([
      'bearers',
      'http://am:9093',
      10_000,
    ]);
    expect(eu?.auth.kind === 'basic' && eu.auth.username).toBe('am');
    expect([eu?.api?.bearer?.reveal(), eu?.api?.timeoutMs]).toEqual(['am-token', 2000]);
    expect([lab?.auth.kind, lab?.api?.basic?.password.reveal()]).toEqual(['none', 'am-token']);
    expect([main?.api?.peers, pair?.api?.url, pair?.api?.peers]).toEqual([
      undefined,
      'http://am-a:9093',
      ['http://am-b:9093'],
    ]);
  });

  it('reaches a cluster by kubeconfig, by token and from inside', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
    const targets = `targets:
  eu-1: { kubernetes: { read: { kubeconfig: k/read.yaml, context: eu }, write: { in_cluster: true }, request_timeout: 3s, lands_within: 1m } }
  us-1: { kubernetes: { read: { server: "https://k8s:6443", token: \${env:AM_TOKEN}, ca: ca.pem, proxy: http://proxy:3128 } } }`;
    const { config, warnings } = accepted(yaml({ targets }), {
      files: { '/etc/tocsin/ca.pem': pem },
    });
    const [eu, us] = config.targets.kubernetes;
    expect(eu).toEqual({
      target: 'eu-1',
      read: { kind: 'kubeconfig', path: '/etc/tocsin/k/read.yaml', context: 'eu' },
      write: { kind: 'in-cluster' },
      timeoutMs: 3000,
      bytesMax: 8_388_608,
      landsWithinMs: 60_000,
    });
    expect(us?.read).toMatchObject({
      kind: 'server',
      server: 'https://k8s:6443',
      ca: pem,
      proxy: 'http://proxy:3128',
    });
    expect(us && 'write' in us).toBe(false);
    expect(warnings).toHaveLength(2);
  });

  it('shows no secret, however it is printed', () => {
    const journal = 'journal: { signing_key: ${env:KEY} }';
    const loaded = load(yaml({ journal }), { env: { KEY: 'canary-1', AM_TOKEN: 'canary-2' } });
    expect(loaded.ok).toBe(true);
    expect(
      `${inspect(loaded, { depth: 20, showHidden: true })}${JSON.stringify(loaded)}`,
    ).not.toContain('canary');
  });

  it('tells where an alert of a service goes', () => {
    const services = `services:
  checkout:
    match: { app: checkout }
    show_env: [LOG_LEVEL]
    environments:
      production: { match: { env: p }, workload: { kubernetes: eu-1, namespace: shop, statefulset: checkout, min: 1, max: 3 } }
      staging: { match: { env: s } }`;
    const [service] = accepted(yaml({ services })).settings.catalog.services;
    expect(service?.environments[0]).toEqual({
      name: 'production',
      match: { env: 'p' },
      targets: {
        workload: {
          integration: 'kubernetes',
          target: 'eu-1',
          locator: { namespace: 'shop', statefulset: 'checkout' },
          bounds: { min: 1, max: 3 },
          show: ['LOG_LEVEL'],
        },
      },
    });
    expect(service?.environments[1]?.targets).toEqual({});
  });

  it('lets an integration refuse its own target, at its line', () => {
    const targets = 'targets:\n  eu-1:\n    kubernetes:\n      read: { kubeconfig: a }';
    const build = {
      verbs: [],
      validateTarget: () => [
        {
          path: ['read', 'kubeconfig'],
          what: 'the kubeconfig a',
          why: 'it has no user',
          instead: 'name another',
        },
      ],
    };
    expect(faultsOf(yaml({ targets, policies: '' }), { build })).toEqual([
      'tocsin.yaml:4: the kubeconfig a, it has no user, name another',
    ]);
  });
});

describe('a warning', () => {
  it('is said for what is allowed and seldom meant', () => {
    expect(
      warningsOf(
        yaml({
          sources: 'sources: { alertmanager: { main: { auth: none } } }',
          default_route: 'default_route: {}',
          services: 'services: { checkout: { environments: { a: {}, b: { match: { env: b } } } } }',
          policies:
            'policies:\n  - { deny: { verb: restore, surface: slack } }\n  - { match: { risk: change }, requesters: [sre] }\n  - { match: { risk: danger }, requesters: [sre, dba], approvals: [ { count: 1, from: dba } ] }',
        }),
        {
          build: {
            verbs: [{ name: 'scale', family: 'change', risk: 'change' }],
            validateTarget: () => [],
          },
        },
      ),
    ).toEqual([
      'tocsin.yaml:1: sources.alertmanager.main says auth: none: whoever reaches the listener can send alerts',
      'tocsin.yaml:1: sources.alertmanager.main has no api: an alert that is silenced or forgotten there cannot be told from one that fires',
      'tocsin.yaml:2: default_route notifies nobody',
      'tocsin.yaml:3: services.checkout has no match: no alert is ever about it',
      'tocsin.yaml:3: a of checkout has no match: an alert does not say it is about it, commands must name it',
      'tocsin.yaml:5: policies[0] denies restore and slack, which this build does not have',
      'tocsin.yaml:6: policies[1] has no approvals: what it lets through is applied at once (approvals: [] says so on purpose)',
      'tocsin.yaml:7: what cem may ask by policies[2], nobody can approve',
      'tocsin.yaml:12: targets.eu-1 is used by no service',
    ]);
  });
});

describe('all faults at once', () => {
  it('finds those of meaning behind those of shape, in the order of lines', () => {
    const text = `version: 1
server: { lissten: 127.0.0.1:1 }
people: [ { id: ana }, { id: ben } ]
groups:
  sre: { members: [ana, bem] }
  dba: { membrs: [ben] }
default_route: { notify: sree }
services:
  checkout:
    match: { app: checkout }
    environments:
      production: { workload: { kubernetes: eu-2, namespace: shop, deployment: checkout } }
policies:
  - { match: { environment: prod }, requesters: [sre], approvals: [ { count: 2, from: dba } ], expire: 5m }
targets: { eu-1: { kubernetes: { read: { in_cluster: yes } } } }`;
    expect(faultsOf(text)).toEqual([
      'tocsin.yaml:2: server.lissten is not known, server takes listen, public_url, trusted_proxies, body_limit and shutdown_grace, did you mean "listen"?',
      'tocsin.yaml:5: groups.sre names "bem", nobody in people has that id, did you mean "ben"?',
      'tocsin.yaml:6: groups.dba.membrs is not known, groups.dba takes members, slack_usergroup, discord_role, pagerduty_schedule and pagerduty_level, did you mean "members"?',
      'tocsin.yaml:7: there is no group "sree", only groups of this file can be named, did you mean "sre"?',
      'tocsin.yaml:12: services.checkout.environments.production.workload.kubernetes is "eu-2", targets has no kubernetes target of that name, did you mean "eu-1"?',
      // Whatever a rule takes by now.
      expect.stringMatching(
        /^tocsin\.yaml:14: policies\[0\]\.expire is not known, .* did you mean "expires"\?$/,
      ),
      'tocsin.yaml:15: targets.eu-1.kubernetes.read.in_cluster is "yes", it is a switch, write true or false',
    ]);
  });

  it('does not blame a section for the one it depends on', () => {
    expect(faultsOf(yaml({ people: 'people: { id: ana }', targets: 'targets: 5' }))).toEqual([
      'tocsin.yaml:1: people is a map, a list is expected, write a list: [ … ]',
      'tocsin.yaml:2: targets is 5, a map is expected, write a map: { … }',
    ]);
  });

  it('never loses a key on the way', () => {
    const proto = (section: string) => faultsOf(yaml({ section, default_route: '' }));
    expect(proto('default_route: {}\nroutes:\n  - { match: { __proto__: x, team: a } }')).toEqual([
      'tocsin.yaml:3: there is a key __proto__, it cannot be told from what every object has, write another name',
    ]);
    expect(proto('default_route: {}\nconstructor: {}')[0]).toContain('constructor is not known');
  });

  it('does not follow aliases for ever', () => {
    expect(faultsOf('a: &a [ *a ]')).toEqual([
      'tocsin.yaml:1: an alias stands inside what it names, that never ends, write the values out',
    ]);
    const tens = (name: string) => `[${Array.from({ length: 10 }, () => `*${name}`).join(',')}]`;
    const bomb = `a: &a [1,1]\nb: &b ${tens('a')}\nc: &c ${tens('b')}\nd: ${tens('c')}`;
    expect(faultsOf(bomb)[0]).toMatch(/^tocsin.yaml:2: the aliases cannot be followed/);
  });

  it('survives any text', () => {
    for (const text of [
      '\0',
      '{',
      '"',
      '- - -',
      '? a',
      '&a *a',
      '%YAML 9',
      '__proto__: 1',
      'version: !!binary x',
    ]) {
      expect(load(text).ok).toBe(false);
    }
  });
});
