import { loadChats, uncounted } from '../../../../src/cli/chats.ts';
import type { Life, OpenStage } from './stage.ts';

/** Connects what the configuration names of one kind, as `start` would. */
export function connectionsOf(kind: 'slack' | 'discord') {
  return async ({ bot, config, log }: Life): Promise<OpenStage> => {
    const { slack, discord } = config.surfaces;
    const only = kind === 'slack' ? { slack, discord: [] } : { slack: [], discord };
    const chats = await loadChats({ surfaces: only });
    const { connections } = chats.connect({ desk: bot.chat, metrics: uncounted, log });
    return {
      surfaces: connections.map(({ surface }) => surface),
      connections,
      close: async () => void (await Promise.all(connections.map((each) => each.close()))),
    };
  };
}
