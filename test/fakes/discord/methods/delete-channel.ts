import { removeChannel } from '../channels.ts';
import { channelOf, type Method, need, ok } from '../method.ts';
import { deleteThread } from '../threads.ts';
import { channelJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/channel#deleteclose-channel */
export const deleteChannel: Method = {
  verb: 'DELETE',
  path: '/channels/{channel_id}',
  auth: 'bot',
  answer(call) {
    const channel = channelOf(call);
    need(call, channel, channel.thread ? 'manageThreads' : 'manageChannels');
    const last = channelJson(channel);
    if (channel.thread) deleteThread(call.world, channel);
    else removeChannel(call.world, channel);
    return ok(last);
  },
};
