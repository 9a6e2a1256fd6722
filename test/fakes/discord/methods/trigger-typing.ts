import { channelOf, type Method, need, nothing, writing } from '../method.ts';

/** https://discord.com/developers/docs/resources/channel#trigger-typing-indicator */
export const triggerTyping: Method = {
  verb: 'POST',
  path: '/channels/{channel_id}/typing',
  auth: 'bot',
  answer(call) {
    const channel = channelOf(call);
    if (channel.guild) need(call, channel, writing(channel));
    return nothing;
  },
};
