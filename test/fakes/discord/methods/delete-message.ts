import { deleteMessage as remove } from '../messages.ts';
import { channelOf, type Method, messageOf, need, nothing } from '../method.ts';

/** https://discord.com/developers/docs/resources/message#delete-message: also in an archived thread. */
export const deleteMessage: Method = {
  verb: 'DELETE',
  path: '/channels/{channel_id}/messages/{message_id}',
  auth: 'bot',
  rate: { limit: 5, perMs: 1_000 },
  answer(call) {
    const channel = channelOf(call);
    const message = messageOf(call, channel);
    if (message.author.id !== call.world.bot.id) need(call, channel, 'manageMessages');
    remove(call.world, message);
    return nothing;
  },
};
