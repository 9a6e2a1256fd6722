import {
  type Call,
  channelOf,
  type Method,
  messageOf,
  need,
  needOpen,
  nothing,
  ok,
  param,
} from '../method.ts';
import type { User } from '../model.ts';
import { may } from '../permissions.ts';
import { addReaction as add, removeReaction as remove } from '../reactions.ts';
import { refusal } from '../refusal.ts';
import { userJson } from '../wire.ts';

const path = '/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}';
/** Seen to be 1 in 250 ms for each channel. */
const rate = { limit: 1, perMs: 250 };

/** A picture, or a custom one as `name:id`. */
function emojiOf(call: Call): string {
  const emoji = param(call, 'emoji_name');
  if (/^\p{ASCII}*$/u.test(emoji) && !/^\w+:\d+$/.test(emoji)) throw refusal(10014);
  return emoji;
}

/** https://discord.com/developers/docs/resources/message#create-reaction */
export const addReaction: Method = {
  verb: 'PUT',
  path: `${path}/@me`,
  auth: 'bot',
  rate,
  answer(call) {
    const { world } = call;
    const channel = channelOf(call);
    need(call, channel, 'readMessageHistory');
    const message = messageOf(call, channel);
    needOpen(channel);
    const emoji = emojiOf(call);
    if (!message.reactions.has(emoji)) {
      need(call, channel, 'addReactions');
      if (message.reactions.size >= 20) throw refusal(30010);
    }
    add(world, message, { emoji, user: world.bot });
    return nothing;
  },
};

function removeOf(call: Call, user: User | undefined) {
  const channel = channelOf(call);
  if (user?.id !== call.world.bot.id) need(call, channel, 'manageMessages');
  const message = messageOf(call, channel);
  needOpen(channel);
  if (user) remove(call.world, message, { emoji: emojiOf(call), user });
  return nothing;
}

/** https://discord.com/developers/docs/resources/message#delete-own-reaction */
export const removeOwnReaction: Method = {
  verb: 'DELETE',
  path: `${path}/@me`,
  auth: 'bot',
  rate,
  answer: (call) => removeOf(call, call.world.bot),
};

/** https://discord.com/developers/docs/resources/message#delete-user-reaction */
export const removeUserReaction: Method = {
  verb: 'DELETE',
  path: `${path}/{user_id}`,
  auth: 'bot',
  rate,
  answer: (call) => removeOf(call, call.world.users.get(param(call, 'user_id'))),
};

/** https://discord.com/developers/docs/resources/message#get-reactions */
export const getReactions: Method = {
  verb: 'GET',
  path,
  auth: 'bot',
  answer(call) {
    const { world } = call;
    const channel = channelOf(call);
    if (!may(channel, world.bot.id, 'readMessageHistory')) return ok([]);
    const by = messageOf(call, channel).reactions.get(emojiOf(call))?.by ?? new Set<string>();
    return ok([...by].flatMap((id) => world.users.get(id) ?? []).map(userJson));
  },
};
