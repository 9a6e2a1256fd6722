import type { Json } from './json.ts';
import type { Bot, Channel } from './state.ts';

export function channelJson(channel: Channel, bot: Bot): Json {
  const isRoom = channel.kind === 'public' || channel.kind === 'private';
  return {
    id: channel.id,
    ...(isRoom ? { name: channel.name, name_normalized: channel.name } : {}),
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: channel.kind === 'im',
    is_mpim: channel.kind === 'mpim',
    is_private: channel.kind !== 'public',
    is_archived: channel.archived,
    is_general: false,
    is_shared: channel.shared,
    is_ext_shared: channel.shared,
    is_org_shared: false,
    is_pending_ext_shared: false,
    is_member: channel.members.has(bot.user),
    created: Math.floor(channel.created / 1000),
    context_team_id: channel.team,
    ...(channel.kind === 'im'
      ? { user: [...channel.members].find((id) => id !== bot.user) ?? bot.user }
      : {}),
  };
}
