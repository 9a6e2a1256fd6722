import { messageTypes, postNotice } from '../messages.ts';
import {
  type Call,
  channelOf,
  idParam,
  type Method,
  need,
  needOpen,
  nothing,
  ok,
} from '../method.ts';
import type { Channel } from '../model.ts';
import { may } from '../permissions.ts';
import { refusal } from '../refusal.ts';
import { joinThread, leaveThread } from '../threads.ts';
import { threadMemberJson } from '../wire.ts';

const path = '/channels/{channel_id}/thread-members';

function threadOf(call: Call): Channel {
  const channel = channelOf(call);
  if (!channel.thread) throw refusal(50024);
  return channel;
}

/** https://discord.com/developers/docs/resources/channel#list-thread-members: needs the privileged intent. */
export const getThreadMembers: Method = {
  verb: 'GET',
  path,
  auth: 'bot',
  answer(call) {
    const channel = threadOf(call);
    if (!call.world.policy.privileged.members) throw refusal(50001);
    return ok(
      [...(channel.thread?.members.keys() ?? [])].map((id) => threadMemberJson(channel, id)),
    );
  },
};

/** https://discord.com/developers/docs/resources/channel#join-thread */
export const joinThreadItself: Method = {
  verb: 'PUT',
  path: `${path}/@me`,
  auth: 'bot',
  answer(call) {
    const channel = threadOf(call);
    needOpen(channel);
    joinThread(call.world, channel, call.world.bot.id);
    return nothing;
  },
};

/** https://discord.com/developers/docs/resources/channel#leave-thread */
export const leaveThreadItself: Method = {
  verb: 'DELETE',
  path: `${path}/@me`,
  auth: 'bot',
  answer(call) {
    const channel = threadOf(call);
    needOpen(channel);
    leaveThread(call.world, channel, call.world.bot.id);
    return nothing;
  },
};

/** https://discord.com/developers/docs/resources/channel#add-thread-member */
export const addThreadMember: Method = {
  verb: 'PUT',
  path: `${path}/{user_id}`,
  auth: 'bot',
  answer(call) {
    const channel = threadOf(call);
    const id = idParam(call, 'user_id');
    needOpen(channel);
    need(call, channel, 'sendMessagesInThreads');
    if (!call.world.users.has(id)) throw refusal(10013);
    if (!channel.guild?.members.has(id)) throw refusal(10007);
    if (!may(channel, id, 'viewChannel')) throw refusal(50001);
    if ((channel.thread?.members.size ?? 0) >= 1_000) throw refusal(30033);
    if (channel.thread?.members.has(id)) return nothing;
    joinThread(call.world, channel, id);
    const { memberAdded: type } = messageTypes;
    postNotice(call.world, { channel, author: call.world.bot, type, content: `<@${id}>` });
    return nothing;
  },
};

/** https://discord.com/developers/docs/resources/channel#remove-thread-member */
export const removeThreadMember: Method = {
  verb: 'DELETE',
  path: `${path}/{user_id}`,
  auth: 'bot',
  answer(call) {
    const channel = threadOf(call);
    const id = idParam(call, 'user_id');
    needOpen(channel);
    need(call, channel, 'manageThreads');
    leaveThread(call.world, channel, id);
    return nothing;
  },
};
