import { scheduler, schedulerEvidence } from '../core/backup/schedule.ts';
import { accountsFor } from '../core/group.ts';
import { newAccountMs } from '../core/identity/link.ts';
import { surfaceKind } from '../core/operation/policy.ts';
import {
  type Evidence,
  isAccountOf,
  type Membership,
  type Person,
  type Unreachable,
} from '../core/person.ts';
import { type DirectoryQuery, queryText } from '../core/ports/directory.ts';
import type { Group, Settings } from '../core/settings.ts';
import type { MembersTold } from '../handlers/desk.ts';
import type { Rosters } from './rosters.ts';

export interface Sources {
  readonly settings: Settings;
  readonly rosters: Rosters;
  readonly now: () => number;
  /** When an account was linked; undefined for those of the configuration. */
  readonly linkedSince?: (kind: string, account: string) => number | undefined;
}

type Who = Pick<Evidence, 'person' | 'surface' | 'account'>;

/**
 * A person with the groups that they are in: those that the configuration names, and those of directories, asked for where
 * no answer is young enough. One whom the configuration does not name is in none. `anew`: every directory is asked.
 */
export async function evidenceOf(
  sources: Sources,
  { person, surface, account }: Who,
  anew = false,
): Promise<Evidence> {
  if (person === scheduler) return schedulerEvidence(account);
  const who = { person, surface, account };
  const found = sources.settings.people.find(({ id }) => id === person);
  if (!found || isLost(found, { surface, account })) return { ...who, memberships: [] };
  const known = await Promise.all(
    sources.settings.groups.map((group) => standingIn(group, found, { sources, anew })),
  );
  const memberships = known.flatMap(({ membership }) => membership ?? []);
  const unreachable = known.flatMap(({ silent }) => silent ?? []);
  const linkedAt = sources.linkedSince?.(surfaceKind(surface), account);
  return {
    ...who,
    ...(linkedAt !== undefined && { linkedAt }),
    memberships,
    ...(unreachable.length > 0 && { unreachable }),
  };
}

/** The chat account that it was said from is theirs no more. The console knows people by their ids. */
function isLost(person: Person, { surface, account }: Pick<Who, 'surface' | 'account'>): boolean {
  return surface.includes('/') && !isAccountOf(person, surface, account);
}

/** Who is in a group as far as is known without asking anybody: for mentions and explanations, never for a decision. */
export function membersTold(
  group: string,
  { settings, rosters }: Pick<Sources, 'settings' | 'rosters'>,
): MembersTold {
  const found = settings.groups.find(({ name }) => name === group);
  if (!found) return { people: [], unknown: [] };
  const told = found.directories.map((query) => ({ query, roster: rosters.told(query) }));
  const named = settings.people.filter((person) =>
    told.some(({ query, roster }) =>
      accountsFor(query, [person]).some((account) => roster?.accounts.includes(account)),
    ),
  );
  const ages = told.flatMap(({ roster }) => (roster ? [roster.at] : []));
  return {
    people: [...new Set([...found.members, ...named.map(({ id }) => id)])],
    unknown: told.flatMap(({ query, roster }) => (roster ? [] : [queryText(query)])),
    ...(ages.length > 0 && { at: Math.min(...ages) }),
  };
}

interface Standing {
  readonly membership?: Membership;
  readonly silent?: Unreachable;
}

async function standingIn(
  group: Group,
  person: Person,
  { sources, anew }: { readonly sources: Sources; readonly anew: boolean },
): Promise<Standing> {
  const { settings, rosters, now } = sources;
  const { name, members } = group;
  if (members.includes(person.id)) {
    return { membership: { group: name, source: 'static', ageMs: 0 } };
  }
  let silent: Unreachable | undefined;
  // An account that was linked within the last day puts nobody into a group.
  const isYoung = ({ accounts: kind }: DirectoryQuery, account: string) =>
    now() < (sources.linkedSince?.(kind, account) ?? Number.NEGATIVE_INFINITY) + newAccountMs;
  for (const query of group.directories) {
    const accounts = accountsFor(query, [person]).filter((account) => !isYoung(query, account));
    if (accounts.length === 0) continue;
    const bound = accountsFor(query, settings.people);
    const counted = await rosters.counted({ query, accounts, bound, anew });
    if (!counted.ok) {
      silent ??= { group: name, problem: counted.problem };
    } else if (counted.isIn) {
      const { at, digest } = counted;
      const ageMs = Math.max(0, now() - at);
      return {
        membership: { group: name, source: 'directory', ageMs, query: queryText(query), digest },
      };
    }
  }
  return silent ? { silent } : {};
}
