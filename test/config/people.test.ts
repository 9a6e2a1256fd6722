// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

describe('people, groups and routes', () => {
  it('refuses each wrong person at its line', () => {
    expect(
      faultsOf(
        yaml({
          people: `people:
  - { id: ana }
  - { nmae: x, id: ben }
  - { id: "a b" }
  - { name: z }
  - 5
  - { id: 7 }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:3: people[1].nmae is not known, people[1] takes id, name, slack, discord and pagerduty, did you mean "name"?',
      'tocsin.yaml:4: people[2].id is "a b", a name has 1 to 63 letters, digits, dots, dashes and underscores, write for example payments-oncall',
      'tocsin.yaml:5: people[3].id is missing, it has no default, write a name',
      'tocsin.yaml:6: people[4] is 5, a map is expected, write a map: { … }',
      'tocsin.yaml:7: people[5].id is 7, a name is expected, and YAML reads this as a number, write "7" in quotes',
    ]);
  });

  it('refuses the same id twice', () => {
    expect(
      faultsOf(
        yaml({
          people: `people:
  - { id: ana }
  - { id: ben }
  - { id: cem }
  - { id: ana }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:5: people[3].id is "ana" again, two entries of one person would be two approvers, put all of it into the first one',
    ]);
  });

  it('refuses people as a map', () => {
    expect(faultsOf(yaml({ people: 'people: { id: ana }' }))).toEqual([
      'tocsin.yaml:1: people is a map, a list is expected, write a list: [ … ]',
    ]);
  });

  it('refuses accounts of surfaces and sources that are not configured', () => {
    expect(
      faultsOf(
        yaml({
          people:
            'people: [ { id: ana, slack: T01/U01 }, { id: ben, discord: "9001/1234" }, { id: cem, pagerduty: P01 } ]',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: people[0].slack is "T01/U01", surfaces.slack has no workspace T01, add it to surfaces.slack',
      'tocsin.yaml:1: people[1].discord is "9001/1234", surfaces.discord has no guild 9001, add it to surfaces.discord',
      'tocsin.yaml:1: people[2].pagerduty is "P01", sources has no pagerduty, add it to sources.pagerduty',
    ]);
  });

  it('refuses members that do not exist or stand twice', () => {
    expect(
      faultsOf(
        yaml({
          groups: `groups:
  sre:
    members: [anna, ben, ben, zoe]
  dba: { members: [cem] }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:3: groups.sre names "anna", nobody in people has that id, did you mean "ana"?',
      'tocsin.yaml:3: groups.sre names "ben" twice, a person is in a group once, take one out',
      'tocsin.yaml:3: groups.sre names "zoe", nobody in people has that id, add zoe to people',
    ]);
  });

  it('refuses groups that nobody can be in', () => {
    expect(
      faultsOf(
        yaml({
          groups: `groups:
  sre: { members: [ana, ben] }
  dba: {}
  net: { members: [] }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:3: groups.dba has no members, nobody could ever be in it, write members: [ … ] with ids of people, or where its members are kept, or take the group out',
      'tocsin.yaml:4: groups.net has no members, nobody could ever be in it, write members: [ … ] with ids of people, or where its members are kept, or take the group out',
    ]);
  });

  it('refuses groups that no directory can be asked about', () => {
    const people =
      'people: [ { id: ana, slack: T0A/U01, discord: "9001/1" }, { id: ben }, { id: cem } ]';
    const surfaces =
      'surfaces: { slack: { main: { team: T0A, bot_token: ${env:X}, app_token: ${env:X} }, other: { team: T0B, bot_token: ${env:X}, app_token: ${env:X} } }, discord: { main: { guild: "9001", application: "7", token: ${env:X} } } }';
    const faults = faultsOf(
      yaml({
        groups: `groups:
  sre: { members: [ana, ben] }
  dba: { members: [cem] }
  here: { slack_usergroup: T0A/S01 }
  role: { discord_role: "9001/5" }
  far: { slack_usergroup: T0C/S01 }
  empty: { slack_usergroup: T0B/S01 }
  wrong: { slack_usergroup: S01 }
  guild: { discord_role: "9002/5" }
  everyone: { discord_role: "9001/9001" }
  net: { pagerduty_schedule: P02 }
  level: { pagerduty_level: { policy: P03, level: 1 } }`,
        people,
        surfaces,
      }),
      { env: { X: 'x' } },
    );
    expect(faults).toEqual([
      'tocsin.yaml:6: groups.far.slack_usergroup is "T0C/S01", surfaces.slack has no workspace T0C, write one in T0A or T0B',
      'tocsin.yaml:7: groups.empty.slack_usergroup is "T0B/S01", nobody in people has an account there, so that nobody could ever be in it, write the slack account of each person under people',
      'tocsin.yaml:8: groups.wrong.slack_usergroup is "S01", a user group is a workspace and a group in it, by their ids, write for example T0123ABCD/S0123ABCD',
      'tocsin.yaml:9: groups.guild.discord_role is "9002/5", surfaces.discord has no guild 9002, write one in 9001',
      'tocsin.yaml:10: groups.everyone.discord_role is "9001/9001", that is @everyone: whoever joins the guild would be in it, write the id of a role that somebody gives',
      'tocsin.yaml:11: groups.net.pagerduty_schedule is "P02", no PagerDuty is configured that could be asked, add it to sources.pagerduty, with an api, or write members: [ … ]',
      'tocsin.yaml:12: groups.level.pagerduty_level is "P03/1", no PagerDuty is configured that could be asked, add it to sources.pagerduty, with an api, or write members: [ … ]',
    ]);
  });

  it('refuses a group with a name that cannot be typed', () => {
    expect(
      faultsOf(
        yaml({ groups: 'groups: { sre: { members: [ana, ben] }, "d b a": { members: [cem] } }' }),
      ),
    ).toEqual([
      'tocsin.yaml:1: "d b a" is no name, a name has 1 to 63 letters, digits, dots, dashes and underscores, write for example payments-oncall',
    ]);
  });

  it('wants a default route', () => {
    expect(faultsOf(yaml({ default_route: '' }))).toEqual([
      'tocsin.yaml:1: default_route is missing, it has no default, write a map: { … }',
    ]);
  });

  it('refuses a group nobody knows in a route', () => {
    expect(
      faultsOf(
        yaml({
          routes: `routes:
  - { match: { team: a }, notify: srr }`,
          default_route: 'default_route: { notify: nobody-at-all }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: there is no group "srr", only groups of this file can be named, did you mean "sre"?',
      'tocsin.yaml:3: there is no group "nobody-at-all", only groups of this file can be named, add nobody-at-all to groups',
    ]);
  });

  it('refuses a route that takes everything', () => {
    expect(
      faultsOf(
        yaml({
          routes: `routes:
  - { match: {}, notify: sre }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: routes[0].match is empty, it would take every alert and the default route none, write it as default_route',
    ]);
  });

  it('refuses a route that is never reached', () => {
    expect(
      faultsOf(
        yaml({
          routes: `routes:
  - { match: { team: a }, notify: sre }
  - { match: { team: a, severity: critical }, notify: sre }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:3: routes[1] is never reached, every alert it matches is taken by routes[0], write the narrower route first',
    ]);
  });

  it('refuses a route without a match', () => {
    expect(faultsOf(yaml({ routes: 'routes: [ { notify: sre } ]' }))).toEqual([
      'tocsin.yaml:1: routes[0].match is missing, it has no default, write a map: { … }',
    ]);
  });

  it('refuses a label that is a number', () => {
    expect(faultsOf(yaml({ routes: 'routes: [ { match: { shard: 1 } } ]' }))).toEqual([
      'tocsin.yaml:1: routes[0].match.shard is 1, text is expected, and YAML reads this as a number, write "1" in quotes',
    ]);
  });

  it('refuses channels of surfaces that are not configured', () => {
    expect(
      faultsOf(
        yaml({
          default_route: 'default_route: { slack: "main/#ops", discord: main/ops, notify: sre }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: default_route.slack names "main", surfaces.slack has no such name, add it to surfaces.slack',
      'tocsin.yaml:1: default_route.discord names "main", surfaces.discord has no such name, add it to surfaces.discord',
    ]);
  });
});
