import type { Log } from '../bot/bot-parts.ts';
import type { ChatConnection, ChatDesk, ChatMetrics } from '../bot/chat.ts';
import { systemClock } from '../bot/clock.ts';
import type { HttpRoute } from '../bot/http-route.ts';
import type { Config, DiscordConfig, SlackConfig } from '../config.ts';
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
  standsOn: async () => false,
  opened: () => undefined,
  card: async () => undefined,
  home: () => Promise.reject(new Error('nobody is heard here')),
  accountsOf: () => [],
  picture: async () => undefined,
  keepImage: () => Promise.reject(new Error('nothing is kept here')),
};

export const uncounted: ChatMetrics = {
  acknowledged: () => undefined,
  called: () => undefined,
  refused: () => undefined,
};

/** Loads the surfaces that the configuration names, and none other. */
export async function loadChats({ surfaces }: Pick<Config, 'surfaces'>): Promise<ConnectChats> {
  const slack =
    surfaces.slack.length > 0 ? await import('../bot/surfaces/slack/index.ts') : undefined;
  const discord =
    surfaces.discord.length > 0 ? await import('../bot/surfaces/discord/index.ts') : undefined;
  return {
    books: [slack?.problems, discord?.problems].filter((book) => book !== undefined),
    connect(deps) {
      const lent = { ...deps, clock: systemClock, random: Math.random };
      const workspaces = slack?.connectWorkspaces(
        surfaces.slack.map((config) => ({
          ...openSlack(config),
          ...lent,
          name: `slack/${config.name}`,
        })),
      );
      // One application may be in several guilds, and Discord calls all of them at one address.
      const door = discord?.createDoor();
      const guilds = surfaces.discord.flatMap((config) =>
        discord && door
          ? [
              discord.connectDiscord({
                ...openDiscord(config),
                ...lent,
                name: `discord/${config.name}`,
                door,
              }),
            ]
          : [],
      );
      const called = surfaces.discord.some(({ mode }) => mode === 'http');
      return {
        connections: [...(workspaces ?? []), ...guilds],
        routes: [
          ...(workspaces ?? []).flatMap(({ routes }) => routes),
          ...(called && door ? door.routes : []),
        ],
      };
    },
  };
}

/** Tokens leave their cover where the client is made, and nowhere else. */
function openSlack({ botToken, appToken, signingSecret, ...rest }: SlackConfig) {
  return {
    ...rest,
    botToken: botToken.reveal(),
    ...(appToken && { appToken: appToken.reveal() }),
    ...(signingSecret && { signingSecret: signingSecret.reveal() }),
  };
}

export function openDiscord({ token, ...rest }: DiscordConfig) {
  return { ...rest, token: token.reveal() };
}
