import type { Platform } from './platform.ts';
import type { Channel, Team } from './state.ts';

/** The conversation of the app and one person; opened when there is none yet. */
export function directMessage(platform: Platform, team: Team, user: string): Channel {
  const found = [...team.channels.values()].find(
    ({ kind, members }) => kind === 'im' && members.has(user),
  );
  if (found) return found;
  const channel: Channel = {
    id: platform.ids.next('D'),
    team: team.id,
    name: 'directmessage',
    kind: 'im',
    shared: false,
    archived: false,
    deleted: false,
    created: platform.clock.now(),
    members: new Set([user, team.bot.user]),
    messages: [],
    ephemerals: [],
  };
  team.channels.set(channel.id, channel);
  return channel;
}
