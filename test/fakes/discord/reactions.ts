import { compact } from './json.ts';
import { channelTypes, type Message, type User } from './model.ts';
import { memberJson } from './wire.ts';
import { intents, type World } from './world.ts';

export function addReaction(
  world: World,
  message: Message,
  { emoji, user }: { readonly emoji: string; readonly user: User },
): void {
  const reaction = message.reactions.get(emoji) ?? { emoji, by: new Set<string>() };
  message.reactions.set(emoji, reaction);
  if (reaction.by.has(user.id)) return;
  reaction.by.add(user.id);
  tellOfReaction(world, message, { emoji, user, name: 'MESSAGE_REACTION_ADD' });
}

export function removeReaction(
  world: World,
  message: Message,
  { emoji, user }: { readonly emoji: string; readonly user: User },
): void {
  const reaction = message.reactions.get(emoji);
  if (!reaction?.by.delete(user.id)) return;
  if (reaction.by.size === 0) message.reactions.delete(emoji);
  tellOfReaction(world, message, { emoji, user, name: 'MESSAGE_REACTION_REMOVE' });
}

function tellOfReaction(
  world: World,
  message: Message,
  { emoji, user, name }: { readonly emoji: string; readonly user: User; readonly name: string },
): void {
  const { channel } = message;
  const member = channel.guild?.members.get(user.id);
  const direct = channel.type === channelTypes.direct;
  world.emit({
    name,
    intents: [direct ? intents.directMessageReactions : intents.guildMessageReactions],
    channel,
    body: () =>
      compact({
        user_id: user.id,
        channel_id: channel.id,
        message_id: message.id,
        guild_id: channel.guild?.id,
        emoji: { id: null, name: emoji },
        member: member && name === 'MESSAGE_REACTION_ADD' ? memberJson(member) : undefined,
        message_author_id: message.author.id,
        type: 0,
        burst: false,
      }),
  });
}
