import { compareTs } from '../ids.ts';
import { channelOf, requireMember, requireScopeFor } from '../lookups.ts';
import { messageJson } from '../message-json.ts';
import type { Method } from '../method.ts';
import { pageOf, within } from '../paging.ts';

/** https://docs.slack.dev/reference/methods/conversations.history */
export const conversationsHistory: Method = {
  name: 'conversations.history',
  token: 'bot',
  scopes: ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  tier: 3,
  run(call) {
    const { team, args } = call;
    const channel = channelOf(call);
    requireScopeFor(call, channel, 'history');
    requireMember(call, channel);
    const messages = channel.messages
      .filter(({ thread, broadcast }) => thread === undefined || broadcast)
      .filter(within(args))
      .sort((a, b) => compareTs(b.ts, a.ts));
    const page = pageOf(messages, args, { usual: 100, most: 999 });
    const withMetadata = args.flag('include_all_metadata');
    return {
      messages: page.items.map((one) => messageJson(one, { team, channel, withMetadata })),
      has_more: page.next !== '',
      pin_count: 0,
      response_metadata: { next_cursor: page.next },
    };
  },
};
