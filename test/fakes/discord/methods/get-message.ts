import { channelOf, type Method, messageOf, need, ok, seesContent } from '../method.ts';
import { messageJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/message#get-channel-message */
export const getMessage: Method = {
  verb: 'GET',
  path: '/channels/{channel_id}/messages/{message_id}',
  auth: 'bot',
  rate: { limit: 5, perMs: 5_000 },
  answer(call) {
    const channel = channelOf(call);
    need(call, channel, 'readMessageHistory');
    const message = messageOf(call, channel);
    return ok(messageJson(call.world, message, { content: seesContent(call, channel) }));
  },
};
