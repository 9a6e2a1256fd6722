import { announceEdit } from '../announcements.ts';
import { contentOf, isEmpty } from '../content.ts';
import { channelOf, messageOf } from '../lookups.ts';
import { messageJson } from '../message-json.ts';
import type { Method } from '../method.ts';
import { edit } from '../posting.ts';
import { Refusal } from '../refusal.ts';

const maxText = 4_000;

/** https://docs.slack.dev/reference/methods/chat.update */
export const chatUpdate: Method = {
  name: 'chat.update',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 3,
  run(call) {
    const { platform, team, bot, args } = call;
    const channel = channelOf(call);
    const message = messageOf(channel, args.required('ts'));
    if (channel.archived) throw new Refusal('is_inactive');
    if (message.tombstone) throw new Refusal('message_not_found');
    if (message.bot?.id !== bot.id) throw new Refusal('cant_update_message');
    const content = contentOf(args);
    if (isEmpty(content) && !content.metadata) throw new Refusal('no_text');
    if ((content.text ?? '').length > maxText) throw new Refusal('msg_too_long');
    // What is not said again is not kept: bare names stay text from now on.
    message.linkNames = args.flag('link_names') || args.text('parse') === 'full';
    edit(platform, message, content);
    announceEdit({ platform, team, channel }, message);
    return {
      channel: channel.id,
      ts: message.ts,
      text: message.text,
      message: messageJson(message, { team, channel }),
    };
  },
};
