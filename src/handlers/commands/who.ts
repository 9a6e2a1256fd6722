import type { Policy } from '../../core/operation/policy.ts';
import type { OnCall } from '../../core/ports/pager.ts';
import type { Settings } from '../../core/settings.ts';
import type { Block, Text } from '../../core/view/card.ts';
import { onCallBlocks } from '../../core/view/on-call-words.ts';
import { code, duration, personSpan } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
import type { Desk, MembersTold } from '../desk.ts';
import { serviceArgument } from './arguments.ts';

export const who: ReadCommand = {
  does: 'read',
  name: 'who',
  family: 'ops',
  risk: 'read',
  summary:
    'Name who is on call now and next, and the people of each group; of one service where it is named.',
  args: [{ ...serviceArgument, required: false }],
  example: 'who checkout',
  answer,
};

async function answer({ desk, args }: Asking): Promise<Reading> {
  const service = args['service'];
  const { groups, policy } = desk.settings;
  const named = service === undefined ? undefined : groupsFor(policy, String(service));
  const ofGroups = groups
    .filter(({ name }) => named === undefined || named.has(name))
    .map(({ name }): Block => {
      const told = desk.members(name);
      const people = told.people.map((person): Text => [personSpan(person, desk.words)]);
      const items = [...people, ...tellings(told, desk)];
      return { kind: 'list', title: name, items, more: 0 };
    });
  return {
    title: service === undefined ? ['Who is who'] : ['Who is who for ', code(String(service))],
    blocks: [...(await onCall(desk, service === undefined ? '' : String(service))), ...ofGroups],
  };
}

/** As each pager says it; while one is away, as it said it last, with the age of that. */
async function onCall(desk: Desk, service: string): Promise<readonly Block[]> {
  const told = await desk.onCalls();
  return told.flatMap(({ pager, calls, at, problem: because }) => {
    const concerned = service === '' ? calls : callsOf(calls, desk.settings, service);
    const blocks = onCallBlocks(concerned, { now: desk.now(), pager, words: desk.words });
    if (!because) return blocks;
    const age =
      at === undefined ? 'It has not said yet' : `As it said ${duration(desk.now() - at)} ago`;
    const text: Text = [`${pager}: ${age}; it cannot be asked now `, code(because.code)];
    return [...blocks, { kind: 'text', text } as const];
  });
}

/** The policies and schedules that the service's group of people on call is filled by. */
export function callsOf(
  calls: readonly OnCall[],
  settings: Pick<Settings, 'catalog' | 'groups'>,
  service: string,
): readonly OnCall[] {
  const group = settings.catalog.services.find(({ name }) => name === service)?.onCall;
  const queries = settings.groups.find(({ name }) => name === group)?.directories ?? [];
  const ids = new Set(queries.map(({ id }) => id.split('/')[0] ?? ''));
  return calls.filter(({ policy, schedule }) => ids.has(policy) || ids.has(schedule));
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
