import { announce } from '../announcements.ts';
import { contentOf, isEmpty } from '../content.ts';
import { directMessage } from '../direct-message.ts';
import { channelNamed, isVisible } from '../lookups.ts';
import { messageJson } from '../message-json.ts';
import type { Call, Method } from '../method.ts';
import { post } from '../posting.ts';
import { Refusal } from '../refusal.ts';
import type { Channel } from '../state.ts';

/** https://docs.slack.dev/reference/methods/chat.postMessage */
export const chatPostMessage: Method = {
  name: 'chat.postMessage',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 'posting',
  run(call) {
    const { platform, team, bot, args } = call;
    const channel = destination(call);
    if (channel.archived) throw new Refusal('is_archived');
    if (!channel.members.has(bot.user) && !bot.scopes.has('chat:write.public')) {
      throw new Refusal('not_in_channel');
    }
    const content = contentOf(args);
    if (isEmpty(content)) throw new Refusal('no_text');
    // A `thread_ts` that names no message is taken all the same: the reply then hangs where nobody looks.
    const thread = args.text('thread_ts');
    const message = post(platform, {
      team,
      channel,
      author: bot,
      content,
      thread,
      broadcast: args.flag('reply_broadcast'),
      linkNames: args.flag('link_names') || args.text('parse') === 'full',
      mrkdwn: args.allowed('mrkdwn'),
    });
    announce({ platform, team, channel }, message);
    const cut = (args.text('text') ?? '').length > message.text.length;
    return {
      channel: channel.id,
      ts: message.ts,
      message: messageJson(message, { team, channel }),
      ...(cut ? { response_metadata: { warnings: ['message_truncated'] } } : {}),
    };
  },
};

/** An id, a name with or without its sign, or a person: then the direct message with the bot. */
function destination(call: Call): Channel {
  const given = call.args.text('channel') ?? '';
  const found = channelNamed(call.team, given);
  if (found && isVisible(call, found)) return found;
  if (call.team.users.has(given)) return directMessage(call.platform, call.team, given);
  throw new Refusal('channel_not_found');
}
