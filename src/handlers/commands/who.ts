import type { Policy } from '../../core/operation/policy.ts';
import type { Text } from '../../core/view/card.ts';
import { code, personSpan } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
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
      .map((group) => ({
        kind: 'list',
        title: group.name,
        items: group.members.map((person): Text => [personSpan(person, desk.words)]),
        more: 0,
      })),
  };
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
