import { comingBlocks, haltBlocks } from '../../core/view/halts.ts';
import { code, personSpan, time } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';

export const locks: ReadCommand = {
  does: 'read',
  name: 'locks',
  family: 'ops',
  risk: 'read',
  summary:
    'Say what keeps changes waiting: read-only, freezes, and targets that are held, by whom and since when.',
  args: [],
  example: 'locks',
  answer,
};

async function answer({ desk, at }: Asking): Promise<Reading> {
  const held = desk.liveOperations().flatMap((operation) =>
    (operation.plan?.targets ?? []).flatMap(({ id }) => {
      const target = desk.target(id);
      return target.heldBy === operation.id ? [{ target, operation }] : [];
    }),
  );
  return {
    title: [held.length === 0 ? 'No target is held' : `${held.length} held`],
    blocks: [
      ...haltBlocks(desk.halts(), desk.words),
      ...comingBlocks(desk.halts(), at),
      {
        kind: 'list',
        title: '',
        items: held.map(({ target, operation }) => [
          code(target.id),
          ' by ',
          code(operation.id),
          ` (${operation.asked?.line ?? ''}, ${operation.status}) for `,
          personSpan(operation.asked?.requester.person ?? '', desk.words),
          ' since ',
          time(target.since ?? 0),
        ]),
        more: 0,
      },
    ],
  };
}
