import { threadForm } from '../forms/thread.ts';
import { announceThread, messageTypes, postNotice, referenceTo, tell } from '../messages.ts';
import { channelOf, type Method, messageOf, need, needRoomForThread } from '../method.ts';
import { channelTypes, type Message } from '../model.ts';
import { refusal } from '../refusal.ts';
import { startThread } from '../threads.ts';
import { channelJson } from '../wire.ts';
import type { World } from '../world.ts';

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
    if (isOlder(world, starter)) announceThread(world, channel, thread);
    postNotice(world, {
      channel: thread,
      author: world.bot,
      type: messageTypes.threadStarter,
      reference: referenceTo(starter),
    });
    return { status: 201, body: channelJson(thread) };
  },
};

/** "Older" is not defined by the service but as very small; here: others came after it, or a minute has passed. */
function isOlder(world: World, { id, channel, at }: Message): boolean {
  return channel.lastMessageId !== id || world.clock.now() - at > 60_000;
}
