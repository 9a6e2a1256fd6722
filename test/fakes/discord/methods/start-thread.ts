import { threadForm } from '../forms/thread.ts';
import { announceThread } from '../messages.ts';
import { bodyOf, channelOf, type Method, need, needRoomForThread } from '../method.ts';
import { channelTypes } from '../model.ts';
import { refusal } from '../refusal.ts';
import { startThread as start } from '../threads.ts';
import { channelJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/channel#start-thread-without-message: private unless it says otherwise. */
export const startThread: Method = {
  verb: 'POST',
  path: '/channels/{channel_id}/threads',
  auth: 'bot',
  rate: { limit: 10, perMs: 10_000 },
  answer(call) {
    const { world } = call;
    const channel = channelOf(call);
    const { text, announcement, privateThread } = channelTypes;
    if (channel.type !== text && channel.type !== announcement) throw refusal(50024);
    const shape = threadForm(call);
    const type = Number(bodyOf(call)['type'] ?? privateThread);
    need(call, channel, type === privateThread ? 'createPrivateThreads' : 'createPublicThreads');
    needRoomForThread(call, channel);
    const thread = start(world, { ...shape, type, parent: channel, ownerId: world.bot.id });
    if (type !== privateThread) announceThread(world, channel, thread);
    return { status: 201, body: channelJson(thread) };
  },
};
