import type { Person } from './person.ts';
import type { DirectoryQuery } from './ports/directory.ts';
import type { Group } from './settings.ts';

/** The accounts of these people that a directory could name. */
export function accountsFor(
  { accounts: kind, home }: DirectoryQuery,
  people: readonly Pick<Person, 'accounts'>[],
): readonly string[] {
  return people
    .flatMap(({ accounts }) => (Object.hasOwn(accounts, kind) ? (accounts[kind] ?? []) : []))
    .filter((account) => home === '' || account.startsWith(`${home}/`));
}

/** Whether they are in the group, or a directory could put them into it. */
export function mayBeIn({ members, directories }: Group, person: Person): boolean {
  return (
    members.includes(person.id) ||
    directories.some((query) => accountsFor(query, [person]).length > 0)
  );
}
