import { accountsFor } from '../core/group.ts';
import type { Person } from '../core/person.ts';
import type { DirectoryQuery } from '../core/ports/directory.ts';
import type { Group } from '../core/settings.ts';
import type { SurfacesConfig } from './config.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

type Written = Section<'groups'>[string];

export interface GroupScope {
  readonly surfaces: SurfacesConfig;
  /** Names of PagerDuty sources that have an `api`. */
  readonly pagerduty: readonly string[];
  readonly report: Report;
}

/** Groups whose members stand here, or in a directory that can be asked. */
export function readGroups(
  written: Section<'groups'>,
  people: readonly Person[],
  scope: GroupScope,
): readonly Group[] {
  return Object.entries(written).map(([name, group]) => {
    const members = group.members ?? [];
    checkMembers(name, members, { people, report: scope.report });
    const directories = directoriesOf(group);
    for (const query of directories) checkDirectory(name, query, { ...scope, people });
    if (members.length === 0 && directories.length === 0) {
      scope.report.error(['groups', name], {
        what: `groups.${name} has no members`,
        why: 'nobody could ever be in it',
        instead:
          'write members: [ … ] with ids of people, or where its members are kept, or take the group out',
      });
    }
    return { name, members, directories };
  });
}

function checkMembers(
  name: string,
  members: readonly string[],
  { people, report }: { readonly people: readonly Person[]; readonly report: Report },
): void {
  const ids = people.map(({ id }) => id);
  for (const [index, member] of members.entries()) {
    const path: Path = ['groups', name, 'members', index];
    if (!ids.includes(member)) {
      report.error(path, {
        what: `groups.${name} names "${member}"`,
        why: 'nobody in people has that id',
        instead: didYouMean(member, ids, `add ${member} to people`),
      });
    } else if (members.indexOf(member) !== index) {
      report.error(path, {
        what: `groups.${name} names "${member}" twice`,
        why: 'a person is in a group once',
        instead: 'take one out',
      });
    }
  }
}

function directoriesOf(group: Written): readonly DirectoryQuery[] {
  const { slack_usergroup, discord_role, pagerduty_schedule, pagerduty_level: level } = group;
  const at = (kind: string, accounts: string, id: string | undefined): DirectoryQuery[] => {
    if (id === undefined) return [];
    return [{ kind, id, accounts, home: accounts === 'pagerduty' ? '' : id.replace(/\/.*$/, '') }];
  };
  return [
    ...at('slack_usergroup', 'slack', slack_usergroup),
    ...at('discord_role', 'discord', discord_role),
    ...at('pagerduty_schedule', 'pagerduty', pagerduty_schedule),
    ...at('pagerduty_level', 'pagerduty', level && `${level.policy}/${level.level}`),
  ];
}

/** A group that nobody could be asked about is a fault, and so is one that can name nobody of ours. */
function checkDirectory(
  name: string,
  query: DirectoryQuery,
  scope: GroupScope & { readonly people: readonly Person[] },
): void {
  const { kind, id, accounts } = query;
  const path: Path = ['groups', name, kind];
  const what = `groups.${name}.${kind} is "${id}"`;
  const fault = faultOf(query, scope);
  if (fault) {
    scope.report.error(path, { what, ...fault });
  } else if (accountsFor(query, scope.people).length === 0) {
    scope.report.error(path, {
      what,
      why: 'nobody in people has an account there, so that nobody could ever be in it',
      instead: `write the ${accounts} account of each person under people`,
    });
  }
}

function faultOf({ kind, id }: DirectoryQuery, scope: GroupScope) {
  if (kind === 'slack_usergroup') {
    const homes = scope.surfaces.slack.map(({ team }) => team);
    if (!/^[TE][A-Z0-9]{1,20}\/S[A-Z0-9]{1,20}$/.test(id)) {
      return {
        why: 'a user group is a workspace and a group in it, by their ids',
        instead: 'write for example T0123ABCD/S0123ABCD',
      };
    }
    return faultOfHome(id, homes, { section: 'surfaces.slack', home: 'workspace' });
  }
  if (kind === 'discord_role') {
    const homes = scope.surfaces.discord.map(({ guild }) => guild);
    if (!/^\d{1,20}\/\d{1,20}$/.test(id)) {
      return {
        why: 'a role is a guild and a role in it, by their ids',
        instead: 'write for example "81384788765712384/267624335836053506"',
      };
    }
    const [guild, role] = id.split('/');
    if (guild === role) {
      return {
        why: 'that is @everyone: whoever joins the guild would be in it',
        instead: 'write the id of a role that somebody gives',
      };
    }
    return faultOfHome(id, homes, { section: 'surfaces.discord', home: 'guild' });
  }
  if (scope.pagerduty.length === 0) {
    return {
      why: 'no PagerDuty is configured that could be asked',
      instead: 'add it to sources.pagerduty, with an api, or write members: [ … ]',
    };
  }
  return /^[A-Z0-9]{1,30}(?:\/\d{1,2})?$/.test(id)
    ? undefined
    : { why: 'it is known by its id', instead: 'write for example P0123AB' };
}

function faultOfHome(
  id: string,
  homes: readonly string[],
  { section, home }: { readonly section: string; readonly home: string },
) {
  const [place = ''] = id.split('/');
  if (homes.includes(place)) return undefined;
  return {
    why: `${section} has no ${home} ${place}`,
    instead:
      homes.length === 0
        ? `add it to ${section}, or write members: [ … ]`
        : `write one in ${sayList(homes, 'or')}`,
  };
}
