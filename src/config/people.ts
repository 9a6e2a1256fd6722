import type { Person } from '../core/person.ts';
import type { Group, Settings } from '../core/settings.ts';
import type { SurfacesConfig } from './config.ts';
import { didYouMean, type Path } from './error.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';
import { readAccounts } from './surfaces.ts';

export interface PeopleScope {
  readonly surfaces: SurfacesConfig;
  /** Names of PagerDuty sources. */
  readonly pagerduty: readonly string[];
  readonly report: Report;
}

/** People by their stable ids. The console knows each by that id, a chat platform by the accounts bound here. */
export function readPeople(written: Section<'people'>, scope: PeopleScope): readonly Person[] {
  const { report } = scope;
  const seen = new Set<string>();
  for (const [index, { id }] of written.entries()) {
    if (seen.has(id)) {
      report.error(['people', index, 'id'], {
        what: `people[${index}].id is "${id}" again`,
        why: 'two entries of one person would be two approvers',
        instead: 'put all of it into the first one',
      });
    }
    seen.add(id);
  }
  const accounts = readAccounts(written, scope);
  const paged = readPagerduty(written, scope);
  return written.map(({ id, name }, index) => ({
    id,
    name: name ?? id,
    accounts: { console: [id], ...accounts[index], ...paged[index] },
  }));
}

/** Users of PagerDuty: each is one person's. Their ids are the same in every part of an account. */
function readPagerduty(
  people: Section<'people'>,
  { pagerduty, report }: PeopleScope,
): readonly Readonly<Record<string, readonly string[]>>[] {
  const owners = new Map<string, string>();
  return people.map(({ id, pagerduty: users = [] }, index) => {
    for (const user of users) {
      const owner = owners.get(user);
      const fault = !/^[A-Z0-9]{3,20}$/.test(user)
        ? { why: 'a user there is known by its id', instead: 'write for example P0123AB' }
        : owner !== undefined
          ? {
              why: `it is the account of ${owner}: two people would be one`,
              instead: 'take it out',
            }
          : pagerduty.length > 0
            ? undefined
            : { why: 'sources has no pagerduty', instead: 'add it to sources.pagerduty' };
      if (fault) {
        const what = `people[${index}].pagerduty is "${user}"`;
        report.error(['people', index, 'pagerduty'], { what, ...fault });
      }
      owners.set(user, owner ?? id);
    }
    return users.length > 0 ? { pagerduty: users } : {};
  });
}

/** Groups that may take records out. */
export function readRecord(
  { export: groupsOf }: Section<'record'>,
  { groups, report }: { readonly groups: readonly Group[]; readonly report: Report },
): NonNullable<Settings['record']> {
  for (const [index, group] of groupsOf.entries()) {
    checkGroup(group, { path: ['record', 'export', index], groups, report });
  }
  return { export: groupsOf };
}

/** A group that is named somewhere must exist. */
export function checkGroup(
  group: string,
  { path, groups, report }: { path: Path; groups: readonly Group[]; report: Report },
): void {
  const names = groups.map(({ name }) => name);
  if (names.includes(group)) return;
  report.error(path, {
    what: `there is no group "${group}"`,
    why: 'only groups of this file can be named',
    instead: didYouMean(group, names, `add ${group} to groups`),
  });
}
