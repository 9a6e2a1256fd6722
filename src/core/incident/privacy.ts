import { type Evidence, isMember } from '../person.ts';
import type { Incident } from './incident.ts';

/** Who may see a private incident, as it was opened: people by their ids, and whoever is in a group when they look. */
export interface Members {
  readonly people: readonly string[];
  readonly groups: readonly string[];
}

/** Whoever was assigned it is let in. */
export function isPrivate({ opened }: Incident): boolean {
  return opened.members !== undefined;
}

/**
 * Whether somebody may know of an incident at all. Nobody known (a program, a stranger, whoever a page is published to)
 * sees what is private. Groups count as they are now: whoever left one is out.
 */
export function sees(by: Evidence | undefined, incident: Incident): boolean {
  const { members } = incident.opened;
  if (members === undefined) return true;
  if (by === undefined) return false;
  return (
    members.people.includes(by.person) ||
    incident.invited.includes(by.person) ||
    members.groups.some((group) => isMember(by, group))
  );
}

/** The same of somebody who is to be told of it, by whom each group names now. */
export function maySee(
  person: string,
  { opened: { members }, invited }: Incident,
  inGroup: (group: string) => readonly string[],
): boolean {
  if (members === undefined) return true;
  return (
    [...members.people, ...invited].includes(person) ||
    members.groups.some((group) => inGroup(group).includes(person))
  );
}
