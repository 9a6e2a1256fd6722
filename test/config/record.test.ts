import { describe, expect, it } from 'vitest';
import { accepted, faultsOf } from './given.ts';

const head = `version: 1
default_route: {}
people: [ { id: ana } ]
groups: { audit: { members: [ana] } }
`;

describe('who may take records out', () => {
  it('is nobody, as long as no group is named', () => {
    expect(accepted(head).settings.record).toEqual({ export: [] });
  });

  it('is whoever is in one of the groups', () => {
    const { settings } = accepted(`${head}record: { export: [audit] }`);
    expect(settings.record).toEqual({ export: ['audit'] });
  });

  it('is no group that is not there', () => {
    expect(faultsOf(`${head}record: { export: [audits] }`)).toEqual([
      'tocsin.yaml:5: there is no group "audits", only groups of this file can be named, did you mean "audit"?',
    ]);
  });
});
