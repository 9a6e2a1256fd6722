// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

const env = { BOT: 'xoxb-1', APP: 'xapp-1', SIGN: 'shh', DISCORD: 'token' };
const slack = 'slack: { main: { team: T01, bot_token: ${env:BOT}, app_token: ${env:APP} } }';
const discord = 'discord: { main: { guild: "9001", application: "77", token: ${env:DISCORD} } }';
const both = `surfaces: { ${slack}, ${discord} }`;
const placed = 'default_route: { slack: "main/#ops", discord: main/ops, notify: sre }';

describe('chat surfaces', () => {
  it('are read with what they default to', () => {
    const { config, settings } = accepted(
      yaml({
        surfaces: both,
        people:
          'people: [ { id: ana, slack: T01/U01, discord: "9001/1" }, { id: ben, slack: [ T01/U02 ] }, { id: cem } ]',
        default_route: placed,
        routes: 'routes: [ { match: { team: pay }, slack: "main/#pay" } ]',
      }),
      { env },
    );
    const { botToken, appToken, ...workspace } = config.surfaces.slack[0] ?? {};
    expect(workspace).toEqual({
      name: 'main',
      team: 'T01',
      mode: 'socket',
      command: '/ops',
      timeoutMs: 10_000,
    });
    expect([botToken?.reveal(), appToken?.reveal()]).toEqual(['xoxb-1', 'xapp-1']);
    expect(config.surfaces.discord[0]).toMatchObject({ guild: '9001', mode: 'gateway' });
    expect(settings.people.map(({ accounts }) => accounts)).toEqual([
      { console: ['ana'], slack: ['T01/U01'], discord: ['9001/1'] },
      { console: ['ben'], slack: ['T01/U02'] },
      { console: ['cem'] },
    ]);
    expect(settings.routes.otherwise.places).toEqual({
      'slack/main': '#ops',
      'discord/main': 'ops',
    });
    expect(settings.routes.routes[0]?.places).toEqual({ 'slack/main': '#pay' });
  });

  it('are kinds that a policy may name, once they are configured', () => {
    const policies =
      'policies: [ { match: { risk: change }, requesters: [sre], surfaces: [slack], approvals: [ { count: 1, from: sre } ] } ]';
    const people =
      'people: [ { id: ana, slack: T01/U01 }, { id: ben, slack: T01/U02 }, { id: cem } ]';
    expect(
      faultsOf(yaml({ surfaces: both, policies, people, default_route: placed }), { env }),
    ).toEqual([]);
    expect(faultsOf(yaml({ policies }))).toEqual([
      'tocsin.yaml:1: policies[0].surfaces names "slack", no surface of that kind is configured, take it out',
    ]);
  });

  it('want what their mode needs and refuse what it does not read', () => {
    expect(
      faultsOf(
        yaml({
          surfaces: `surfaces:
  slack:
    a: { team: T01, bot_token: \${env:BOT} }
    b: { team: T02, bot_token: \${env:BOT}, mode: http, signing_secret: \${env:SIGN}, app_token: \${env:APP} }
  discord:
    c: { guild: "1", application: "2", token: \${env:DISCORD}, mode: http }
    d: { guild: "3", application: "2", token: \${env:DISCORD}, public_key: ${'ab'.repeat(32)} }`,
        }),
        { env },
      ),
    ).toEqual([
      'tocsin.yaml:3: surfaces.slack.a has no app_token, mode socket cannot work without it, write app_token: ${env:NAME}',
      'tocsin.yaml:4: surfaces.slack.b.app_token is written in mode http, it would have no effect, take it out, or write the other mode',
      'tocsin.yaml:6: surfaces.discord.c has no public_key, mode http cannot work without it, write public_key: …',
      'tocsin.yaml:7: surfaces.discord.d.public_key is written in mode gateway, it would have no effect, take it out, or write the other mode',
    ]);
  });

  it('refuse ids and commands that no platform has', () => {
    expect(
      faultsOf(
        yaml({
          surfaces: `surfaces:
  slack:
    a: { team: shop, bot_token: \${env:BOT}, app_token: \${env:APP}, command: ops }
  discord:
    c: { guild: shop, application: "2", token: \${env:DISCORD} }`,
        }),
        { env },
      ),
    ).toEqual([
      'tocsin.yaml:3: surfaces.slack.a.team is "shop", a workspace is known by its id, write for example T0123ABCD',
      'tocsin.yaml:3: surfaces.slack.a.command is "ops", a slash command is a slash and up to 31 small letters, digits and dashes, write for example /ops',
      'tocsin.yaml:5: surfaces.discord.c.guild is "shop", it is known by its number, write for example "81384788765712384", in quotes',
    ]);
  });

  it('stand once for each workspace', () => {
    expect(
      faultsOf(
        yaml({
          surfaces: `surfaces:
  slack:
    a: { team: T01, bot_token: \${env:BOT}, app_token: \${env:APP} }
    b: { team: T01, bot_token: \${env:BOT}, app_token: \${env:APP} }`,
        }),
        { env },
      ),
    ).toEqual(['tocsin.yaml:4: surfaces.slack.b.team is T01, a is there already, write it once']);
  });

  it('bind each account to one person, in a workspace that is configured', () => {
    expect(
      faultsOf(
        yaml({
          surfaces: both,
          default_route: placed,
          people: `people:
  - { id: ana, slack: U01 }
  - { id: ben, slack: [ T01/U02, T02/U02 ] }
  - { id: cem, slack: T01/U02, discord: "9001/9" }`,
        }),
        { env },
      ),
    ).toEqual([
      'tocsin.yaml:4: people[0].slack is "U01", an account is a workspace and a user in it, by their ids, write for example T0123ABCD/U0123ABCD',
      'tocsin.yaml:5: people[1].slack is "T02/U02", surfaces.slack has no workspace T02, write one in T01',
      'tocsin.yaml:6: people[2].slack is "T01/U02", it is the account of ben: two people would be one, take it out',
    ]);
  });

  it('are places of routes by name and channel', () => {
    expect(
      faultsOf(
        yaml({
          surfaces: both,
          default_route: 'default_route: { slack: "#ops", discord: mian/ops, notify: sre }',
        }),
        { env },
      ),
    ).toEqual([
      'tocsin.yaml:2: default_route.slack is "#ops", a place is the name of a surface and a channel on it, write for example "main/#ops"',
      'tocsin.yaml:2: default_route.discord names "mian", surfaces.discord has no such name, did you mean "main"?',
    ]);
  });
});

describe('security', () => {
  const told = (written: string) =>
    accepted(yaml({ surfaces: both, default_route: placed, security: written }), { env }).settings
      .security;

  it('is told where the default route leads, unless it is written otherwise', () => {
    const otherwise = { 'slack/main': '#ops', 'discord/main': 'ops' };
    expect(told('')).toEqual({ places: otherwise, notify: 'sre' });
    expect(told('security: { notify: dba }')).toEqual({ places: otherwise, notify: 'dba' });
    expect(told('security: { slack: "main/#guards" }')).toEqual({
      places: { 'slack/main': '#guards' },
      notify: 'sre',
    });
  });

  it('wakes by a way that exists: its own, else that of the default route', () => {
    const sources = `sources:
  pagerduty:
    main:
      secrets: [ "\${env:PD_SECRET}" ]
      pages: { guards: "\${env:PD_KEY}", ops: "\${env:PD_KEY}" }`;
    const paged = 'default_route: { slack: "main/#ops", notify: sre, page: main/ops }';
    const read = (security: string) =>
      accepted(yaml({ surfaces: both, default_route: paged, sources, security }), {
        env: { ...env, PD_SECRET: 's', PD_KEY: 'k'.repeat(32) },
      }).settings.security?.page;
    expect(read('')).toEqual({ pager: 'pagerduty/main', via: 'ops' });
    expect(read('security: { page: main/guards }')).toEqual({
      pager: 'pagerduty/main',
      via: 'guards',
    });
    expect(
      faultsOf(
        yaml({ surfaces: both, default_route: placed, security: 'security: { page: x/y }' }),
        {
          env,
        },
      ),
    ).toEqual([expect.stringContaining('there is no way to page "x/y"')]);
  });

  it('names places and groups that exist', () => {
    const security = 'security: { slack: "other/#guards", notify: nobody }';
    expect(faultsOf(yaml({ surfaces: both, default_route: placed, security }), { env })).toEqual([
      expect.stringContaining('there is no group "nobody"'),
      expect.stringContaining('security.slack names "other"'),
    ]);
  });
});
