import { channelOf, requireMember, requireScopeFor } from '../lookups.ts';
import { messageJson, repliesTo } from '../message-json.ts';
import type { Method } from '../method.ts';
import { pageOf, within } from '../paging.ts';
import { Refusal } from '../refusal.ts';

/** https://docs.slack.dev/reference/methods/conversations.replies */
export const conversationsReplies: Method = {
  name: 'conversations.replies',
  token: 'bot',
  scopes: ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  tier: 3,
  run(call) {
    const { team, args } = call;
    const channel = channelOf(call);
    requireScopeFor(call, channel, 'history');
    requireMember(call, channel);
    const ts = args.required('ts');
    const root = channel.messages.find((one) => one.ts === ts);
    if (!root) throw new Refusal('thread_not_found');
    const page = pageOf(repliesTo(channel, ts).filter(within(args)), args, {
      usual: 1000,
      most: 1000,
    });
    const withMetadata = args.flag('include_all_metadata');
    return {
      // The root leads every page, whatever the bounds.
      messages: [root, ...page.items].map((one) =>
        messageJson(one, { team, channel, withMetadata }),
      ),
      has_more: page.next !== '',
      response_metadata: { next_cursor: page.next },
    };
  },
};
