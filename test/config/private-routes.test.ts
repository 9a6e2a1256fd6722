import { describe, expect, it } from 'vitest';
import { ofMembers, routeOf } from '../../src/core/incident/route.ts';
import { accepted, faultsOf } from './given.ts';

const head = `version: 1
default_route: {}
people: [ { id: ana } ]
groups: { security: { members: [ana] }, sre: { members: [ana] } }
`;

describe('a private route', () => {
  it('makes what it takes seen by its members', () => {
    const { settings } = accepted(
      `${head}routes: [ { match: { team: security }, private: true, members: [security] } ]`,
    );
    const route = routeOf(settings.routes, { team: 'security' });
    expect(ofMembers(route)).toEqual({ members: { people: [], groups: ['security'] } });
    expect(ofMembers(routeOf(settings.routes, { team: 'other' }))).toEqual({});
  });

  it('has the group that it notifies as its members, where it names no others', () => {
    const { settings } = accepted(
      `${head}routes: [ { match: { team: security }, private: true, notify: security } ]`,
    );
    expect(settings.routes.routes[0]?.members).toEqual(['security']);
  });

  it.each([
    [
      'routes: [ { match: { team: a }, private: true } ]',
      'routes[0] is private and has no members, nobody would see what it takes, write members: [ … ] with names of groups',
    ],
    [
      'routes: [ { match: { team: a }, members: [sre] } ]',
      'routes[0] has members, everybody sees what it takes, because it is not private, write private: true, or take members out',
    ],
    [
      'routes: [ { match: { team: a }, private: true, members: [srs] } ]',
      'there is no group "srs", only groups of this file can be named, did you mean "sre"?',
    ],
  ])('%s is refused', (line, fault) => {
    expect(faultsOf(`${head}${line}`)).toEqual([`tocsin.yaml:5: ${fault}`]);
  });
});
