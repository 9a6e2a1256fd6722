import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

const service = (more: string) =>
  `services: { checkout: { ${more} match: { app: checkout }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop, deployment: checkout } } } } }`;
const rules = (match: string) =>
  `policies: [ { match: { risk: change${match} }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }, { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: dba } ] } ]`;

describe('on_call', () => {
  it('names the group of a service, and a rule may speak of it', () => {
    const { settings } = accepted(
      yaml({ services: service('on_call: dba,'), policies: rules(', on_call: true') }),
    );
    expect(settings.catalog.services[0]?.onCall).toBe('dba');
    expect(settings.policy.rules[0]?.match.onCall).toBe(true);
  });

  it('leaves the rules after it reached: not everybody is on call', () => {
    expect(
      faultsOf(yaml({ services: service('on_call: dba,'), policies: rules(', on_call: true') })),
    ).toEqual([]);
  });

  it('is refused in a rule about services of which none says who is on call', () => {
    expect(faultsOf(yaml({ policies: rules(', on_call: true') }))).toEqual([
      'tocsin.yaml:1: policies[0] speaks of whoever is on call, no service it is about says which group is on call, write on_call: GROUP at the service',
    ]);
  });

  it('is only true', () => {
    expect(
      faultsOf(yaml({ services: service('on_call: dba,'), policies: rules(', on_call: false') })),
    ).toContain(
      'tocsin.yaml:2: policies[0].on_call is false, a rule can only ask for people who are on call, write the rule for those on call first and take on_call out of this one',
    );
  });

  it('names a group that is there', () => {
    expect(faultsOf(yaml({ services: service('on_call: dbaa,') }))).toEqual([
      'tocsin.yaml:1: there is no group "dbaa", only groups of this file can be named, did you mean "dba"?',
    ]);
  });
});

describe('directories', () => {
  it('count for a minute and tell for a day, where it is not said otherwise', () => {
    expect(accepted(yaml()).settings.directories).toEqual({
      countWithinMs: 60_000,
      tellWithinMs: 86_400_000,
    });
    const own = yaml({ directories: 'directories: { count_within: 0s, tell_within: 2h }' });
    expect(accepted(own).settings.directories).toEqual({
      countWithinMs: 0,
      tellWithinMs: 7_200_000,
    });
  });
});
