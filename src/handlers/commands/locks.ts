import { lockedTargets } from '../../core/operation/locks.ts';
import { unreadable } from '../../core/operation/target.ts';
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
    lockedTargets(operation).flatMap((id) => {
      const target = desk.target(id);
      return target.heldBy === operation.id ? [{ target, operation }] : [];
    }),
  );
  const lost = desk
    .liveOperations()
    .flatMap(lockedTargets)
    .filter((id, index, all) => desk.target(id).heldBy === unreadable && all.indexOf(id) === index);
  return {
    title: [
      held.length + lost.length === 0 ? 'No target is held' : `${held.length + lost.length} held`,
    ],
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
          ...(operation.asked?.reason ? [`: ${operation.asked.reason}`] : []),
        ]),
        more: 0,
      },
      ...(lost.length === 0
        ? []
        : [
            {
              kind: 'list',
              title: 'Cannot be read',
              items: lost.map((id) => [code(id)]),
              more: 0,
            } as const,
          ]),
    ],
  };
}
