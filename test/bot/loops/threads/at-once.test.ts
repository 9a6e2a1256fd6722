import { expect, it } from 'vitest';
import { createThreadsLoop } from '../../../../src/bot/loops/threads/index.ts';
import type { Card, Thread } from '../../../../src/core/view/card.ts';
import { createChatSurface } from '../../../fakes/chat-surface.ts';
import { turningClock } from '../../../fakes/turning-clock.ts';
import { eventually } from '../../../support/eventually.ts';

it('goes on with the other threads when one cannot be shown, and comes back to it', async () => {
  const clock = turningClock();
  const chat = createChatSurface();
  const { surface } = chat;
  let isBroken = true;
  const failures: string[] = [];
  const loop = createThreadsLoop({
    engine: noEngine,
    clock,
    sha256: (text) => text,
    surfaces: [{ ...surface, remembers: false }],
    threads: {
      ...noThreads,
      desired: async (incident) => {
        if (incident === 'bad' && isBroken) throw new Error('no such field');
        return threadOf(incident);
      },
    },
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

it('shows everything on one surface while another one hangs', async () => {
  const clock = turningClock();
  const chat = createChatSurface();
  const hangs = Promise.withResolvers<void>();
  const hanging = {
    ...createChatSurface().surface,
    name: 'slack/main',
    remembers: false,
    ensureRoot: async () => {
      await hangs.promise;
      throw new Error('gave up');
    },
  };
  const failures: string[] = [];
  const loop = createThreadsLoop({
    engine: noEngine,
    clock,
    sha256: (text) => text,
    surfaces: [hanging, { ...chat.surface, remembers: false }],
    threads: {
      ...noThreads,
      desired: async (incident) => threadOf(incident),
    },
    log: (message, { surface, thread }) => failures.push(`${message} ${surface} ${thread}`),
  });
  const threads = ['one', 'two', 'three'];
  for (const thread of threads) loop.wake(thread);
  await eventually('all are shown', () => chat.incidents().length === 3);
  expect(loop.backlog()).toBe(2);
  hangs.resolve();
  await loop.idle();
  expect(failures).toEqual(threads.map((each) => `thread failed slack/main ${each}`));
  await loop.close();
});

it('shows a thread again that changed while it was shown', async () => {
  const chat = createChatSurface();
  let title = 'first';
  const sent: string[] = [];
  const loop = createThreadsLoop({
    engine: noEngine,
    clock: turningClock(),
    sha256: (text) => text,
    surfaces: [
      {
        ...chat.surface,
        remembers: false,
        async ensureRoot(post) {
          sent.push(String(post.card.title[0]));
          if (title === 'first') {
            title = 'second';
            loop.wake('one');
          }
          return { ok: true, ref: 'root' };
        },
      },
    ],
    threads: {
      ...noThreads,
      desired: async (incident) => ({ ...threadOf(title), incident }),
    },
    log: () => undefined,
  });
  loop.wake('one');
  await loop.idle();
  expect(sent).toEqual(['first', 'second']);
  loop.wake('one');
  await loop.idle();
  expect(sent).toEqual(['first', 'second']);
  await loop.close();
});

const noEngine = {
  posts: async () => ({}),
  record: async () => undefined,
  surface: () => ({ downSince: 0 }),
  storms: () => [],
};

const noThreads = {
  place: async () => '',
  about: async () => undefined,
  struck: () => ({ incidents: [], arrived: 0 }),
  storms: () => [],
  defaultPlace: () => undefined,
};

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
