import { type Channel, channelTypes, type Guild, type Overwrite, type User } from './model.ts';
import { deleteThread, threadsOf } from './threads.ts';
import { channelJson } from './wire.ts';
import { intents, type World } from './world.ts';

export interface ChannelDraft {
  readonly name: string;
  readonly type?: number;
  readonly topic?: string;
  readonly overwrites?: readonly Overwrite[];
}

export function createChannel(world: World, guild: Guild, draft: ChannelDraft): Channel {
  const channel: Channel = {
    ...empty(world.nextId(), draft.type ?? channelTypes.text),
    name: draft.name,
    topic: draft.topic,
    guild,
    overwrites: new Map((draft.overwrites ?? []).map((one) => [one.id, one])),
    position: [...world.channels.values()].filter((one) => one.guild === guild).length,
  };
  world.channels.set(channel.id, channel);
  tellOfChannel(world, 'CHANNEL_CREATE', channel);
  return channel;
}

/** The one direct channel between the bot and this person. */
export function directChannel(world: World, user: User): Channel {
  const found = [...world.channels.values()].find((one) => one.recipient === user);
  if (found) return found;
  const channel: Channel = {
    ...empty(world.nextId(), channelTypes.direct),
    name: user.username,
    recipient: user,
  };
  world.channels.set(channel.id, channel);
  return channel;
}

export function removeChannel(world: World, channel: Channel): void {
  for (const thread of threadsOf(world, channel)) deleteThread(world, thread);
  tellOfChannel(world, 'CHANNEL_DELETE', channel);
  world.channels.delete(channel.id);
}

/** A bot hears of every channel, also of those that it may not read. */
export function tellOfChannel(world: World, name: string, channel: Channel): void {
  const { guild } = channel;
  world.emit({ name, intents: [intents.guilds], guild, body: () => channelJson(channel) });
}

export function tellOfPins(world: World, channel: Channel): void {
  world.emit({
    name: 'CHANNEL_PINS_UPDATE',
    intents: [intents.guilds],
    channel,
    body: () => ({
      channel_id: channel.id,
      guild_id: channel.guild?.id,
      last_pin_timestamp: new Date(world.clock.now()).toISOString(),
    }),
  });
}

function empty(id: string, type: number): Channel {
  return {
    id,
    type,
    name: '',
    topic: undefined,
    guild: undefined,
    parent: undefined,
    recipient: undefined,
    overwrites: new Map(),
    messages: new Map(),
    lastMessageId: undefined,
    thread: undefined,
    slowmodeS: 0,
    position: 0,
  };
}
