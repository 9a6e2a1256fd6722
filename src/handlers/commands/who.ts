import type { Policy } from '../../core/operation/policy.ts';
import type { Text } from '../../core/view/card.ts';
import { code, duration, personSpan } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
import type { Desk, MembersTold } from '../desk.ts';
import { serviceArgument } from './arguments.ts';

export const who: ReadCommand = {
  does: 'read',
  name: 'who',
  family: 'ops',
  risk: 'read',
  summary: 'Name the people of each group, or of those that the policy names for a service.',
  args: [{ ...serviceArgument, required: false }],
  example: 'who checkout',
  answer,
};

async function answer({ desk, args }: Asking): Promise<Reading> {
  const service = args['service'];
  const { groups, policy } = desk.settings;
  const named = service === undefined ? undefined : groupsFor(policy, String(service));
  return {
    title: service === undefined ? ['Who is who'] : ['Who is who for ', code(String(service))],
    blocks: groups
      .filter(({ name }) => named === undefined || named.has(name))
      .map(({ name }) => {
        const told = desk.members(name);
        const people = told.people.map((person): Text => [personSpan(person, desk.words)]);
        return {
          kind: 'list',
          title: name,
          items: [...people, ...tellings(told, desk)],
          more: 0,
        };
      }),
  };
}

/** How it is known who is in a group that a directory keeps. */
export function tellings({ at, unknown }: MembersTold, { now }: Pick<Desk, 'now'>): Text[] {
  return [
    ...(at === undefined ? [] : [[`as the directory said ${duration(now() - at)} ago`]]),
    ...unknown.map((directory) => [`nobody knows who is in ${directory}: it has not answered`]),
  ];
}

/** Whoever may ask or approve anything about the service. */
function groupsFor({ rules }: Policy, service: string): ReadonlySet<string> {
  const groups = new Set<string>();
  for (const rule of rules) {
    if (rule.kind === 'deny' || rule.match.service?.includes(service) === false) continue;
    for (const group of rule.requesters) groups.add(group);
    for (const { from } of rule.places) groups.add(from);
  }
  return groups;
}
