import { contentOf, isEmpty } from '../content.ts';
import { channelOf, requireMember } from '../lookups.ts';
import { repliesTo } from '../message-json.ts';
import type { Method } from '../method.ts';
import { post } from '../posting.ts';
import { Refusal } from '../refusal.ts';

/** https://docs.slack.dev/reference/methods/chat.postEphemeral */
export const chatPostEphemeral: Method = {
  name: 'chat.postEphemeral',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 4,
  run(call) {
    const { platform, team, bot, args } = call;
    const channel = channelOf(call);
    const user = args.required('user');
    if (channel.archived) throw new Refusal('is_archived');
    requireMember(call, channel);
    if (!channel.members.has(user)) throw new Refusal('user_not_in_channel');
    const content = contentOf(args);
    if (isEmpty(content)) throw new Refusal('no_text');
    const thread = args.text('thread_ts');
    // Accepted all the same, and shown to nobody: a thread without a reply is not open to anybody.
    if (thread && repliesTo(channel, thread).length === 0) {
      return { message_ts: platform.ids.ts() };
    }
    const message = post(platform, {
      team,
      channel,
      author: bot,
      content,
      thread,
      linkNames: args.flag('link_names') || args.text('parse') === 'full',
      visibleTo: user,
    });
    return { message_ts: message.ts };
  },
};
