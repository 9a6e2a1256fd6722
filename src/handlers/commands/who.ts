import type { Text } from '../../core/view/card.ts';
import { personSpan } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
import { serviceArgument } from './arguments.ts';

export const who: ReadCommand = {
  does: 'read',
  name: 'who',
  family: 'ops',
  risk: 'read',
  summary: 'Name the people of each group.',
  args: [{ ...serviceArgument, required: false }],
  example: 'who checkout',
  answer,
};

async function answer({ desk }: Asking): Promise<Reading> {
  return {
    title: ['Who is who'],
    blocks: desk.settings.groups.map((group) => ({
      kind: 'list',
      title: group.name,
      items: group.members.map((person): Text => [personSpan(person, desk.words)]),
      more: 0,
    })),
  };
}
