import { threadForm } from '../forms/thread.ts';
import { wholeAllowance } from '../mentions.ts';
import { postMessage, referenceTo, tell } from '../messages.ts';
import { channelOf, type Method, messageOf, need, needRoomForThread } from '../method.ts';
import { channelTypes } from '../model.ts';
import { refusal } from '../refusal.ts';
import { startThread } from '../threads.ts';
import { channelJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/channel#start-thread-from-message */
export const startThreadFromMessage: Method = {
  verb: 'POST',
  path: '/channels/{channel_id}/messages/{message_id}/threads',
  auth: 'bot',
  rate: { limit: 10, perMs: 10_000 },
  answer(call) {
    const { world } = call;
    const channel = channelOf(call);
    const { text, announcement } = channelTypes;
    if (channel.type !== text && channel.type !== announcement) throw refusal(50024);
    need(call, channel, 'createPublicThreads');
    const starter = messageOf(call, channel);
    const shape = threadForm(call);
    if (starter.thread) throw refusal(160004);
    needRoomForThread(call, channel);
    const thread = startThread(world, {
      ...shape,
      parent: channel,
      starter,
      ownerId: world.bot.id,
    });
    tell(world, 'MESSAGE_UPDATE', starter);
    postMessage(world, {
      channel: thread,
      author: world.bot,
      allowed: wholeAllowance,
      type: 21,
      reference: referenceTo(starter),
    });
    return { status: 201, body: channelJson(thread) };
  },
};
