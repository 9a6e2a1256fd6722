import type { Desk } from '../handlers/desk.ts';
import { createDispatch } from '../handlers/dispatch.ts';
import type { BotParts } from './bot-parts.ts';
import type { ChatDesk } from './chat.ts';
import { createChatDesk } from './chat-desk.ts';
import type { Engine } from './engine.ts';
import { createInbox } from './inbox.ts';
import { createRenderings } from './renderings.ts';
import type { Security } from './security/index.ts';
import { limitedDispatch } from './security/limits.ts';
import type { Threads } from './threads.ts';

/** How people are heard: everywhere by dispatch, on chat platforms through the inbox. */
export function createTalk(
  parts: BotParts,
  {
    engine,
    desk,
    threads,
    security,
    left,
  }: {
    readonly engine: Engine;
    readonly desk: Desk;
    readonly threads: Threads;
    readonly security: Security;
    readonly left: NonNullable<ChatDesk['left']>;
  },
) {
  const dispatch = createDispatch(desk, parts.counts);
  const renderings = createRenderings(parts.clock.now);
  const inbox = createInbox({
    ...parts,
    dispatch,
    renderings,
    limits: security.limits,
    words: desk.words,
    pending: () => engine.readings.asks,
    shownOn: async (surface, thread, key) =>
      (await engine.posts(thread))[`${surface} ${key}`]?.digest ?? '',
  });
  const chat = createChatDesk({
    ...parts,
    renderings,
    engine,
    inbox,
    threads,
    desk,
    left,
    blobs: parts.journal.blobs,
  });
  return { dispatch: limitedDispatch(dispatch, security.limits, desk.words), inbox, chat };
}
