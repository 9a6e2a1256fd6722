import { expect, it } from 'vitest';
import { createThreadsLoop } from '../../../src/bot/loops/threads.ts';
import type { Card, Thread } from '../../../src/core/view/card.ts';
import { createChatSurface } from '../../fakes/chat-surface.ts';
import { turningClock } from '../../fakes/turning-clock.ts';

it('goes on with the other threads when one cannot be shown, and comes back to it', async () => {
  const clock = turningClock();
  const chat = createChatSurface();
  const { surface } = chat;
  let isBroken = true;
  const failures: string[] = [];
  const loop = createThreadsLoop({
    engine: { posts: async () => ({}), recordPost: async () => undefined },
    clock,
    sha256: (text) => text,
    surfaces: [{ ...surface, remembers: false }],
    desired: async (incident) => {
      if (incident === 'bad' && isBroken) throw new Error('no such field');
      return threadOf(incident);
    },
    place: async () => '',
    log: (message, { thread }) => failures.push(`${message} ${String(thread)}`),
  });
  loop.wake('bad');
  loop.wake('good');
  await loop.idle();
  expect(chat.incidents()).toEqual(['good']);
  expect(failures).toEqual(['thread failed bad']);

  isBroken = false;
  clock.passes(5000);
  await loop.idle();
  expect(chat.incidents()).toEqual(['good', 'bad']);
  await loop.close();
});

function threadOf(incident: string): Thread {
  const root: Card = {
    key: 'root',
    tone: 'info',
    mark: 'INFO',
    title: [incident],
    blocks: [],
    actions: [],
    footnote: [],
  };
  return { incident, root, entries: [] };
}
