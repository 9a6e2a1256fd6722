import { announceDeletion } from '../announcements.ts';
import { channelOf, messageOf } from '../lookups.ts';
import { messageJson } from '../message-json.ts';
import type { Method } from '../method.ts';
import { remove } from '../posting.ts';
import { Refusal } from '../refusal.ts';

/** https://docs.slack.dev/reference/methods/chat.delete */
export const chatDelete: Method = {
  name: 'chat.delete',
  token: 'bot',
  scopes: ['chat:write'],
  tier: 3,
  run(call) {
    const channel = channelOf(call);
    const message = messageOf(channel, call.args.required('ts'));
    if (message.tombstone) throw new Refusal('message_not_found');
    if (message.bot?.id !== call.bot.id) throw new Refusal('cant_delete_message');
    const before = messageJson(message, { team: call.team, channel });
    remove(call.platform, channel, message);
    announceDeletion({ platform: call.platform, team: call.team, channel }, message, before);
    return { channel: channel.id, ts: message.ts };
  },
};
