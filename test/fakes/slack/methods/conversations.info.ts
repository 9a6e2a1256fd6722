import { channelJson } from '../channel-json.ts';
import { channelOf, requireScopeFor } from '../lookups.ts';
import type { Method } from '../method.ts';

/** https://docs.slack.dev/reference/methods/conversations.info */
export const conversationsInfo: Method = {
  name: 'conversations.info',
  token: 'bot',
  scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  tier: 3,
  run(call) {
    const channel = channelOf(call);
    requireScopeFor(call, channel, 'read');
    const count = call.args.flag('include_num_members');
    return {
      channel: {
        ...channelJson(channel, call.bot),
        ...(count ? { num_members: channel.members.size } : {}),
      },
    };
  },
};
