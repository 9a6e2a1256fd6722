import { channelOf, requireScopeFor } from '../lookups.ts';
import type { Method } from '../method.ts';
import { pageOf } from '../paging.ts';

/** https://docs.slack.dev/reference/methods/conversations.members */
export const conversationsMembers: Method = {
  name: 'conversations.members',
  token: 'bot',
  scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  tier: 4,
  run(call) {
    const channel = channelOf(call);
    requireScopeFor(call, channel, 'read');
    const page = pageOf([...channel.members], call.args, { usual: 100, most: 1000 });
    return { members: page.items, response_metadata: { next_cursor: page.next } };
  },
};
