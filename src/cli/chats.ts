import type { Log } from '../bot/bot.ts';
import type { ChatConnection, ChatDesk, ChatMetrics } from '../bot/chat.ts';
import type { HttpRoute } from '../bot/http-route.ts';
import type { Config } from '../config.ts';
import type { ProblemBook } from '../core/problem.ts';

/** Brings in the chat surfaces that a configuration names. Their SDKs load later still, when they connect. */
export interface ConnectChats {
  readonly books: readonly ProblemBook[];
  connect(deps: ChatDeps): Chats;
}

export interface ChatDeps {
  readonly desk: ChatDesk;
  readonly metrics: ChatMetrics;
  readonly log: Log;
}

export interface Chats {
  readonly connections: readonly ChatConnection[];
  /** Where platforms call us. */
  readonly routes: readonly HttpRoute[];
}

export const noChats: ConnectChats = {
  books: [],
  connect: () => ({ connections: [], routes: [] }),
};

/** For those who only ask a platform about itself: nobody is heard and nothing is counted. */
export const nobodysDesk: ChatDesk = {
  words: { names: new Map(), book: {} },
  take: () => Promise.reject(new Error('nobody is heard here')),
  form: () => undefined,
  complete: () => [],
  choices: () => [],
  threadAt: () => undefined,
  card: async () => undefined,
  home: () => Promise.reject(new Error('nobody is heard here')),
  accountsOf: () => [],
  keepImage: () => Promise.reject(new Error('nothing is kept here')),
};

export const uncounted: ChatMetrics = {
  acknowledged: () => undefined,
  called: () => undefined,
  refused: () => undefined,
};

/** Loads the surfaces that the configuration names, and none other. */
export async function loadChats(_config: Pick<Config, 'surfaces'>): Promise<ConnectChats> {
  return noChats;
}
