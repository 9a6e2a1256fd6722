// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

describe('policies', () => {
  it('refuses a verb, an environment, a service and a family nobody knows', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - { match: { verb: rolback }, requesters: [sre], approvals: [] }
  - { match: { environment: prodction }, requesters: [sre], approvals: [] }
  - { match: { service: chekout }, requesters: [sre], approvals: [] }
  - { match: { family: dangr }, requesters: [sre], approvals: [] }
  - { deny: { surface: irc } }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: policies[0] names the verb "rolback", there is no verb of that name, did you mean "rollback"?',
      'tocsin.yaml:3: policies[1] names the environment "prodction", there is no environment of that name, did you mean "production"?',
      'tocsin.yaml:4: policies[2] names the service "chekout", there is no service of that name, did you mean "checkout"?',
      'tocsin.yaml:5: policies[3] names the family "dangr", there is no family of that name, did you mean "danger"?',
      'tocsin.yaml:6: policies[4] names the surface "irc", no surface of that kind is configured, write console, slack or discord',
    ]);
  });

  it('refuses a rule without requesters', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - { match: { risk: change } }
  - { match: { risk: danger }, requesters: [] }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: policies[0] has no requesters, a rule that names nobody lets nobody ask, write requesters: [ GROUP ]',
      'tocsin.yaml:3: policies[1] has no requesters, a rule that names nobody lets nobody ask, write requesters: [ GROUP ]',
    ]);
  });

  it('refuses a rule that is about nothing', () => {
    expect(faultsOf(yaml({ policies: 'policies: [ { requesters: [sre] } ]' }))).toEqual([
      'tocsin.yaml:1: policies[0] has neither match nor deny, a rule says what it is about, write match: { … }; match: {} is about everything',
    ]);
  });

  it('refuses groups that do not exist', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - { match: {}, requesters: [sr], approvals: [ { count: 1, from: dbas } ] }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: there is no group "sr", only groups of this file can be named, did you mean "sre"?',
      'tocsin.yaml:2: there is no group "dbas", only groups of this file can be named, did you mean "dba"?',
    ]);
  });

  it('refuses what has no effect in a deny rule', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - deny: { risk: danger }
    requesters: [sre]
    reason: required
    expires: 5m
    approvals: []`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:3: a deny rule has requesters, it refuses whatever it matches, so this would have no effect, take requesters out, or write a rule of its own with match',
      'tocsin.yaml:4: a deny rule has reason, it refuses whatever it matches, so this would have no effect, take reason out, or write a rule of its own with match',
      'tocsin.yaml:5: a deny rule has expires, it refuses whatever it matches, so this would have no effect, take expires out, or write a rule of its own with match',
      'tocsin.yaml:6: a deny rule has approvals, it refuses whatever it matches, so this would have no effect, take approvals out, or write a rule of its own with match',
    ]);
  });

  it('refuses a longest silence where no silence is let through', () => {
    const faults = (rule: string) => faultsOf(yaml({ policies: `policies: [ ${rule} ]` }));
    const rule = (match: string) =>
      `{ match: { ${match} }, requesters: [sre], approvals: [ { count: 1, from: sre } ], longest_silence: 1h }`;
    const why =
      'tocsin.yaml:1: policies[0] has longest_silence, no silence is let through by it, so this would have no effect, take longest_silence out, or write it in the rule that matches silence';
    expect(faults(rule('risk: change'))).toEqual([why]);
    expect(faults(rule('verb: scale'))).toEqual([why]);
    expect(faults(rule('risk: incident'))).toEqual([]);
    expect(faults('{ deny: { verb: silence }, longest_silence: 1h }').join()).toContain(
      'a deny rule has longest_silence',
    );
  });

  it('refuses an unknown risk', () => {
    expect(
      faultsOf(
        yaml({
          policies: 'policies: [ { match: { risk: huge }, requesters: [sre], approvals: [] } ]',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: policies[0].match.risk is "huge", only read, incident, change and danger are known here, write read, incident, change or danger',
    ]);
  });

  it('refuses an empty list', () => {
    expect(
      faultsOf(
        yaml({
          policies: 'policies: [ { match: { verb: [] }, requesters: [sre], approvals: [] } ]',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: match.verb of policies[0] is an empty list, nothing would ever match it, take verb out to match every one',
    ]);
  });

  it('refuses identity_admins where no factor can be kept or given, and takes them where it can', () => {
    const admins = 'identity_admins: [sre]';
    const key = { journal: 'journal: { keyring_key: ${env:KEY} }' };
    const env = { env: { KEY: 'k'.repeat(44) } };
    const site = { console: 'console: { public_url: https://ops.example.com }' };
    expect(faultsOf(yaml({ admins })).join()).toContain(
      'wanted by identity_admins, without journal.keyring_key',
    );
    expect(faultsOf(yaml({ admins, ...key }), env).join()).toContain(
      'wanted by identity_admins, passkeys are bound to console.public_url',
    );
    expect(faultsOf(yaml({ admins, ...key, ...site }), env)).toEqual([]);
  });

  it('refuses a second factor that nobody could ever give', () => {
    const one = 'approvals: [ { count: 1, from: sre } ]';
    const rule = (more: string) =>
      faultsOf(
        yaml({
          policies: `policies: [ { match: { risk: change }, requesters: [sre], step_up: required, ${more} } ]`,
          surfaces:
            'surfaces: { slack: { main: { team: T01, bot_token: ${env:BOT}, app_token: ${env:APP} } } }',
          console: 'console: { public_url: https://ops.example.com }',
          journal: 'journal: { keyring_key: ${env:KEY} }',
          people:
            'people: [ { id: ana, slack: T01/U01 }, { id: ben, slack: T01/U02 }, { id: cem, slack: T01/U03 } ]',
        }),
        { env: { BOT: 'xoxb-1', APP: 'xapp-1', KEY: 'k'.repeat(44) } },
      );
    expect(rule(one)).toEqual([]);
    expect(rule(`surfaces: [console, slack], ${one}`)).toEqual([]);
    expect(rule(`surfaces: [slack], ${one}`)).toEqual([
      'tocsin.yaml:1: policies[0] asks for a second factor where none can be given, its approvals are taken from slack only, and factors are given in the console, add console to surfaces, or take step_up out',
    ]);
    expect(rule('approvals: []')).toEqual([
      'tocsin.yaml:1: policies[0] asks for a second factor and for no approval, it is given with an approval, so nobody would ever be asked for it, write approvals: [ { count: 1, from: GROUP } ], or take step_up out',
    ]);
  });

  it('refuses half-said reasons, times and places', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - match: {}
    requesters: [sre]
    reason: maybe
    expires: 0s
    approvals: [ { count: 0, from: sre } ]`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:4: policies[0].reason is "maybe", only required and optional are known here, write required or optional',
      'tocsin.yaml:5: policies[0].expires is "0s", it must be from 1m to 1d, write a time in between',
      'tocsin.yaml:6: policies[0].approvals[0].count is 0, a whole number from 1 to 20 is expected, write for example 1',
    ]);
  });

  it('refuses surfaces that are not configured', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - { match: { surface: slack }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], surfaces: [slack], approvals: [] }
  - { match: { risk: change }, requesters: [sre], surfaces: [], approvals: [] }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: policies[0] names the surface "slack", no surface of that kind is configured, write console',
      'tocsin.yaml:3: policies[1].surfaces names "slack", no surface of that kind is configured, take it out',
      'tocsin.yaml:4: policies[2].surfaces is empty, nobody could approve anywhere, write console, or take it out',
    ]);
  });

  it('refuses a rule behind a wider one', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - { match: { risk: [change, danger] }, requesters: [sre], approvals: [] }
  - { match: { risk: change, service: checkout }, requesters: [dba], approvals: [] }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:3: policies[1] is never reached, every request it matches is decided by policies[0], write the narrower rule first, or take it out',
    ]);
  });

  it('refuses a rule behind two that cover it together', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - { match: { family: change, risk: change }, requesters: [sre], approvals: [] }
  - { match: { family: change, risk: danger }, requesters: [sre], approvals: [ { count: 1, from: sre }, { count: 1, from: dba } ] }
  - { match: { verb: scale }, requesters: [sre], approvals: [] }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:4: policies[2] is never reached, every request it matches is decided by policies[0] and policies[1], write the narrower rule first, or take it out',
    ]);
  });

  it('refuses a rule that a deny rule below it takes away', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - { match: { verb: scale }, requesters: [sre], approvals: [] }
  - { deny: { family: change } }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: policies[0] is never reached, every request it matches is decided by policies[1], write the narrower rule first, or take it out',
    ]);
  });

  it('refuses a rule whose fields exclude each other', () => {
    expect(
      faultsOf(
        yaml({
          policies:
            'policies: [ { match: { verb: restart, family: danger }, requesters: [sre], approvals: [] } ]',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: policies[0] is never reached, no request can match all of its fields, take a field out',
    ]);
  });

  it('refuses places one person would have to fill twice', () => {
    expect(
      faultsOf(
        yaml({
          policies: `policies:
  - match: {}
    requesters: [sre]
    approvals: [ { count: 1, from: dba }, { count: 1, from: dba } ]`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:4: the approvals of policies[0] can never be given, no requester leaves enough other people for 1 from dba and 1 from dba: one person fills one place, and nobody approves their own request, add people to the groups, or ask for fewer approvals',
    ]);
  });

  it('refuses a place that only the requester could fill', () => {
    expect(
      faultsOf(
        yaml({
          policies:
            'policies: [ { match: {}, requesters: [dba], approvals: [ { count: 1, from: dba } ] } ]',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: the approvals of policies[0] can never be given, no requester leaves enough other people for 1 from dba: one person fills one place, and nobody approves their own request, add people to the groups, or ask for fewer approvals',
    ]);
  });
});

describe('the ticket of a rule', () => {
  const rule = (more: string, match = 'risk: change') =>
    yaml({
      policies: `policies: [ { match: { ${match} }, requesters: [sre], approvals: [], ${more} } ]`,
    });

  it('is a pattern or several', () => {
    const ticketsOf = (text: string) => accepted(text).settings.policy.rules[0];
    expect(ticketsOf(rule('ticket: OPS-*'))).toMatchObject({ tickets: [['OPS-*']] });
    expect(ticketsOf(rule('ticket: [OPS-*, INC-*]'))).toMatchObject({
      tickets: [['OPS-*', 'INC-*']],
    });
  });

  it('is refused where it is no pattern, names nothing, or could have no effect', () => {
    expect(faultsOf(rule('ticket: "*"')).join()).toContain('write for example OPS-*');
    expect(faultsOf(rule('ticket: "(a+)+$"')).join()).toContain('write for example OPS-*');
    expect(faultsOf(rule('ticket: []')).join()).toContain('empty list');
    expect(faultsOf(rule('ticket: OPS-*', 'risk: incident')).join()).toContain(
      'policies[0] has ticket',
    );
    const denied = yaml({ policies: 'policies: [ { deny: {}, ticket: OPS-* } ]' });
    expect(faultsOf(denied).join()).toContain('a deny rule has ticket');
  });
});

describe('whom a rule tells', () => {
  const rule = (tell: string, match = 'risk: change') =>
    yaml({
      policies: `policies: [ { match: { ${match} }, requesters: [sre], approvals: [], tell: ${tell} } ]`,
    });

  it('are groups of the file', () => {
    expect(accepted(rule('[sre, dba]')).settings.policy.rules[0]).toMatchObject({
      tell: ['sre', 'dba'],
    });
    expect(faultsOf(rule('[sree]')).join()).toContain('there is no group "sree"');
  });

  it('are refused where nobody is told, or nothing is planned', () => {
    expect(faultsOf(rule('[]')).join()).toContain('nobody would be told');
    expect(faultsOf(rule('[sre]', 'risk: read')).join()).toContain('policies[0] has tell');
  });
});

describe('the undo that a rule approves as well', () => {
  const rule = (undo: string, match = 'risk: change') =>
    yaml({
      policies: `policies: [ { match: { ${match} }, requesters: [sre], approvals: [], undo: ${undo} } ]`,
    });

  it('has a time, and is of nothing dangerous unless that is said', () => {
    const undoOf = (text: string) => accepted(text).settings.policy.rules[0];
    expect(undoOf(rule('{ within: 30m }'))).toMatchObject({
      undo: { withinMs: 1_800_000, danger: false },
    });
    expect(undoOf(rule('{ within: 1h, danger: true }'))).toMatchObject({
      undo: { withinMs: 3_600_000, danger: true },
    });
  });

  it('is refused without a time, and where nothing is planned', () => {
    expect(faultsOf(rule('{}')).join()).toContain('undo.within');
    expect(faultsOf(rule('{ within: 2d }')).join()).toContain('from 1m to 1d');
    expect(faultsOf(rule('{ within: 30m }', 'risk: read')).join()).toContain(
      'policies[0] has undo',
    );
  });
});
