import { compact, type Json } from './json.ts';
import { type Allowance, noAllowance, parseMentions } from './mentions.ts';
import {
  type Attachment,
  type Channel,
  channelTypes,
  type Message,
  messageFlags,
  type User,
} from './model.ts';
import { joinThread, setArchived } from './threads.ts';
import { isEphemeral, messageEventJson } from './wire.ts';
import { intents, type World } from './world.ts';

/** A message that is about to be written. */
export interface Draft {
  readonly channel: Channel;
  readonly author: User;
  readonly allowed: Allowance;
  readonly content?: string;
  readonly embeds?: readonly Json[];
  readonly components?: readonly Json[];
  readonly attachments?: readonly Attachment[];
  readonly flags?: number;
  readonly type?: number;
  readonly nonce?: string | number | undefined;
  readonly answers?: Message | undefined;
  readonly reference?: Json | undefined;
  readonly webhookId?: string | undefined;
  readonly asked?: Json | undefined;
  readonly onlyFor?: string | undefined;
}

export function postMessage(world: World, draft: Draft): Message {
  const { channel, author } = draft;
  const content = draft.content ?? '';
  const components = draft.components ?? [];
  const answers = draft.answers?.author;
  const parsed = parseMentions(
    world,
    { channel, author, content, components, answers },
    draft.allowed,
  );
  const message: Message = {
    id: world.nextId(),
    channel,
    author,
    webhookId: draft.webhookId,
    at: world.clock.now(),
    type: draft.type ?? (draft.answers ? messageTypes.reply : messageTypes.plain),
    nonce: draft.nonce,
    reference: draft.answers ? referenceTo(draft.answers) : draft.reference,
    asked: draft.asked,
    onlyFor: draft.onlyFor,
    content,
    embeds: draft.embeds ?? [],
    components: withIds(components),
    attachments: draft.attachments ?? [],
    flags: draft.flags ?? 0,
    pinned: false,
    editedAt: undefined,
    mentions: parsed.live,
    pinged: parsed.pinged,
    edits: [],
    reactions: new Map(),
    thread: undefined,
  };
  const { thread } = channel;
  if (thread?.archived && !message.onlyFor) setArchived(world, channel, false);
  channel.messages.set(message.id, message);
  if (!message.onlyFor) channel.lastMessageId = message.id;
  if (thread && !message.onlyFor) {
    thread.activeAt = message.at;
    thread.count += 1;
    thread.sent += 1;
  }
  tell(world, 'MESSAGE_CREATE', message);
  if (thread && !message.onlyFor) gather(world, message);
  return message;
}

/** Who writes in a thread is in it from then on, and so is whoever is called into it. */
function gather(world: World, { channel, author, pinged }: Message): void {
  joinThread(world, channel, author.id);
  const called = [...(channel.guild?.members.values() ?? [])].filter(
    ({ user, roles }) => pinged.includes(user.id) || pinged.some((id) => roles.has(id)),
  );
  for (const { user } of called) joinThread(world, channel, user.id);
}

/** https://discord.com/developers/docs/resources/message#message-object-message-types */
export const messageTypes = {
  plain: 0,
  memberAdded: 1,
  renamed: 4,
  pinned: 6,
  threadCreated: 18,
  reply: 19,
  chatInputCommand: 20,
  threadStarter: 21,
  contextMenuCommand: 23,
} as const;

/** What Discord itself writes into a channel, in the name of who caused it. It mentions nobody. */
export function postNotice(
  world: World,
  notice: Pick<Draft, 'channel' | 'author' | 'content' | 'reference'> & { readonly type: number },
): void {
  postMessage(world, { ...notice, allowed: noAllowance });
}

/** The channel is told that a thread began away from its last message. */
export function announceThread(world: World, channel: Channel, thread: Channel): void {
  postNotice(world, {
    channel,
    author: world.bot,
    type: messageTypes.threadCreated,
    content: thread.name,
    reference: { channel_id: thread.id, guild_id: channel.guild?.id },
  });
}

export interface Changes {
  readonly content?: string | undefined;
  readonly embeds?: readonly Json[] | undefined;
  readonly components?: readonly Json[] | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly flags?: number | undefined;
}

/** An edited content is parsed anew, with what this request allows; nobody is notified. */
export function editMessage(
  world: World,
  message: Message,
  { changes, allowed }: { readonly changes: Changes; readonly allowed: Allowance },
): void {
  const flags = changes.flags ?? message.flags;
  message.flags = flags & ~messageFlags.loading;
  if (changes.content !== undefined) message.content = changes.content;
  if (changes.embeds !== undefined) message.embeds = changes.embeds;
  if (changes.components !== undefined) message.components = withIds(changes.components);
  if (changes.attachments !== undefined) message.attachments = changes.attachments;
  if (changes.content !== undefined || changes.components !== undefined) {
    const { channel, author, content, components } = message;
    const written = { channel, author, content, components, answers: undefined };
    message.mentions = parseMentions(world, written, allowed).live;
  }
  message.editedAt = world.clock.now();
  message.edits.push(message.editedAt);
  tell(world, 'MESSAGE_UPDATE', message);
}

export function deleteMessage(world: World, message: Message): void {
  const { channel } = message;
  channel.messages.delete(message.id);
  if (channel.thread && !message.onlyFor) channel.thread.count -= 1;
  if (message.onlyFor) return;
  world.emit({
    name: 'MESSAGE_DELETE',
    intents: [intentOf(channel)],
    channel,
    body: () => compact({ id: message.id, channel_id: channel.id, guild_id: channel.guild?.id }),
  });
}

/** Tells of a message as it is now. An ephemeral one is only between its reader and the interaction. */
export function tell(world: World, name: string, message: Message): void {
  if (isEphemeral(message)) return;
  world.emit({
    name,
    intents: [intentOf(message.channel)],
    channel: message.channel,
    body: (seen) => messageEventJson(world, message, seen),
  });
}

export function referenceTo(message: Message): Json {
  return compact({
    type: 0,
    message_id: message.id,
    channel_id: message.channel.id,
    guild_id: message.channel.guild?.id,
  });
}

function intentOf(channel: Channel): number {
  return channel.type === channelTypes.direct ? intents.directMessages : intents.guildMessages;
}

/** Every component has a number; those that brought none get one in order. */
function withIds(components: readonly Json[]): readonly Json[] {
  let next = 0;
  const number = (component: Json): Json => {
    next += 1;
    const id = typeof component['id'] === 'number' ? component['id'] : next;
    const below = component['components'];
    return Array.isArray(below)
      ? { ...component, id, components: below.map(number) }
      : { ...component, id };
  };
  return components.map(number);
}
