import { tellOfChannel } from '../channels.ts';
import { form } from '../forms/form.ts';
import { messageTypes, postNotice } from '../messages.ts';
import { bodyOf, type Call, channelOf, type Method, need, ok } from '../method.ts';
import type { Channel } from '../model.ts';
import { may } from '../permissions.ts';
import { refusal } from '../refusal.ts';
import { tellOfThread } from '../threads.ts';
import { channelJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/channel#modify-channel */
export const patchChannel: Method = {
  verb: 'PATCH',
  path: '/channels/{channel_id}',
  auth: 'bot',
  rate: { limit: 5, perMs: 5_000 },
  answer(call) {
    const channel = channelOf(call);
    if (channel.thread) patchThread(call, channel);
    else patchPlain(call, channel);
    return ok(channelJson(channel));
  },
};

function patchPlain(call: Call, channel: Channel): void {
  if (!channel.guild) throw refusal(50003);
  need(call, channel, 'manageChannels');
  const { name, topic } = bodyOf(call);
  const wrong = form();
  if (name !== undefined) wrong.at('name').string(name, 1, 100);
  if (typeof topic === 'string') wrong.at('topic').string(topic, 0, 1_024);
  wrong.end();
  if (typeof name === 'string') channel.name = name;
  if (topic !== undefined) channel.topic = topic === null ? undefined : String(topic);
  tellOfChannel(call.world, 'CHANNEL_UPDATE', channel);
}

/**
 * Who may open, close and rename: https://discord.com/developers/docs/topics/threads#editing--deleting-threads. An
 * archived thread takes no other change in the same breath but being opened.
 */
function patchThread(call: Call, channel: Channel): void {
  const { world } = call;
  const { thread } = channel;
  if (!thread) return;
  const body = bodyOf(call);
  const {
    name,
    archived,
    locked,
    auto_archive_duration: minutes,
    rate_limit_per_user: slow,
  } = body;
  const wrong = form();
  if (name !== undefined) wrong.at('name').string(name, 1, 100);
  if (minutes !== undefined) {
    wrong.at('auto_archive_duration').choice(minutes, [60, 1_440, 4_320, 10_080]);
  }
  if (slow !== undefined && (typeof slow !== 'number' || slow < 0 || slow > 21_600)) {
    wrong
      .at('rate_limit_per_user')
      .fault('NUMBER_TYPE_MAX', 'int value should be less than or equal to 21600.');
  }
  wrong.end();

  const manages = may(channel, world.bot.id, 'manageThreads');
  const opensOnly = archived === false && Object.keys(body).length === 1;
  if (thread.locked && !manages) throw refusal(opensOnly ? 160005 : 50013);
  if (opensOnly) need(call, channel, 'sendMessagesInThreads');
  else if (!manages) {
    if (locked !== undefined || slow !== undefined) throw refusal(50013);
    if (thread.ownerId !== world.bot.id) throw refusal(50013);
  }
  if (thread.archived && archived !== false) throw refusal(50083);

  const renamed = typeof name === 'string' && name.trim() !== channel.name;
  if (typeof name === 'string') channel.name = name.trim();
  if (typeof minutes === 'number') thread.autoArchiveMinutes = minutes;
  if (typeof slow === 'number') channel.slowmodeS = slow;
  if (typeof locked === 'boolean') thread.locked = locked;
  if (typeof archived === 'boolean' && archived !== thread.archived) {
    thread.archived = archived;
    thread.archivedChangedAt = world.clock.now();
    if (!archived) thread.activeAt = world.clock.now();
  }
  tellOfThread(world, channel);
  if (!renamed) return;
  const { renamed: type } = messageTypes;
  postNotice(world, { channel, author: world.bot, type, content: channel.name });
}
