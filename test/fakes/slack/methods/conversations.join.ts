import { channelJson } from '../channel-json.ts';
import { channelOf } from '../lookups.ts';
import type { Method } from '../method.ts';
import { Refusal } from '../refusal.ts';

/** https://docs.slack.dev/reference/methods/conversations.join */
export const conversationsJoin: Method = {
  name: 'conversations.join',
  token: 'bot',
  scopes: ['channels:join'],
  tier: 3,
  run(call) {
    const channel = channelOf(call);
    if (channel.kind !== 'public') throw new Refusal('method_not_supported_for_channel_type');
    if (channel.archived) throw new Refusal('is_archived');
    const already = channel.members.has(call.bot.user);
    channel.members.add(call.bot.user);
    return {
      channel: channelJson(channel, call.bot),
      ...(already ? { warning: 'already_in_channel' } : {}),
    };
  },
};
