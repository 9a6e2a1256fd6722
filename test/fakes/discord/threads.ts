import { type Channel, channelTypes, type Message, messageFlags, type Thread } from './model.ts';
import { channelJson, threadMemberJson } from './wire.ts';
import { type Happening, intents, type World } from './world.ts';

export interface ThreadDraft {
  readonly parent: Channel;
  readonly name: string;
  readonly ownerId: string;
  readonly starter?: Message;
  readonly type?: number;
  readonly autoArchiveMinutes?: number;
  readonly slowmodeS?: number;
  readonly invitable?: boolean;
}

/** A thread from a message has the id of that message. */
export function startThread(world: World, draft: ThreadDraft): Channel {
  const { parent, starter } = draft;
  const at = world.clock.now();
  const thread: Channel = {
    id: starter?.id ?? world.nextId(),
    type: draft.type ?? threadTypeBelow(parent),
    name: draft.name,
    topic: undefined,
    guild: parent.guild,
    parent,
    recipient: undefined,
    overwrites: new Map(),
    messages: new Map(),
    lastMessageId: undefined,
    thread: {
      ownerId: draft.ownerId,
      archived: false,
      locked: false,
      invitable: draft.invitable ?? true,
      autoArchiveMinutes: draft.autoArchiveMinutes ?? 4_320,
      archivedChangedAt: at,
      createdAt: at,
      activeAt: at,
      members: new Map([[draft.ownerId, at]]),
      count: 0,
      sent: 0,
    },
    slowmodeS: draft.slowmodeS ?? 0,
    position: 0,
  };
  world.channels.set(thread.id, thread);
  if (starter) {
    starter.thread = thread;
    starter.flags |= messageFlags.hasThread;
  }
  world.emit({ ...about(thread, 'THREAD_CREATE'), body: () => createdJson(world, thread) });
  return thread;
}

export function setArchived(world: World, channel: Channel, archived: boolean): void {
  const { thread } = channel;
  if (!thread || thread.archived === archived) return;
  thread.archived = archived;
  thread.archivedChangedAt = world.clock.now();
  if (!archived) thread.activeAt = world.clock.now();
  tellOfThread(world, channel);
}

export function tellOfThread(world: World, channel: Channel): void {
  world.emit({ ...about(channel, 'THREAD_UPDATE'), body: () => channelJson(channel) });
}

export function deleteThread(world: World, channel: Channel): void {
  world.channels.delete(channel.id);
  const starter = channel.parent?.messages.get(channel.id);
  if (starter) {
    starter.thread = undefined;
    starter.flags &= ~messageFlags.hasThread;
  }
  const { id, type, guild, parent } = channel;
  world.emit({
    ...about(channel, 'THREAD_DELETE'),
    body: () => ({ id, type, guild_id: guild?.id, parent_id: parent?.id }),
  });
}

export function joinThread(world: World, channel: Channel, userId: string): void {
  const { thread } = channel;
  if (!thread || thread.members.has(userId)) return;
  thread.members.set(userId, world.clock.now());
  tellOfMembers(world, channel, { added: [userId], removed: [] });
}

export function leaveThread(world: World, channel: Channel, userId: string): void {
  if (!channel.thread?.members.delete(userId)) return;
  tellOfMembers(world, channel, { added: [], removed: [userId] });
}

/**
 * A thread that was quiet for as long as it says is archived. Discord does so in its own time; here it is done when
 * somebody looks.
 */
export function settleArchive(world: World, channel: Channel): void {
  const { thread } = channel;
  if (thread && isOverdue(thread, world.clock.now())) setArchived(world, channel, true);
}

export function threadsOf(world: World, parent: Channel): readonly Channel[] {
  return [...world.channels.values()].filter((one) => one.thread && one.parent === parent);
}

function isOverdue(thread: Thread, now: number): boolean {
  return !thread.archived && now - thread.activeAt >= thread.autoArchiveMinutes * 60_000;
}

function threadTypeBelow(parent: Channel): number {
  return parent.type === channelTypes.announcement
    ? channelTypes.announcementThread
    : channelTypes.publicThread;
}

function createdJson(world: World, thread: Channel): Record<string, unknown> {
  const joined = thread.thread?.members.has(world.bot.id) ?? false;
  return {
    ...channelJson(thread),
    newly_created: true,
    ...(joined ? { member: threadMemberJson(thread, world.bot.id) } : {}),
  };
}

function tellOfMembers(
  world: World,
  channel: Channel,
  { added, removed }: { readonly added: readonly string[]; readonly removed: readonly string[] },
): void {
  const mine = [...added, ...removed].includes(world.bot.id);
  world.emit({
    ...about(channel, 'THREAD_MEMBERS_UPDATE'),
    intents: mine ? [intents.guilds] : [intents.guildMembers],
    body: () => ({
      id: channel.id,
      guild_id: channel.guild?.id,
      member_count: channel.thread?.members.size ?? 0,
      added_members: added.map((id) => threadMemberJson(channel, id)),
      removed_member_ids: removed,
    }),
  });
}

function about(channel: Channel, name: string): Omit<Happening, 'body'> {
  return { name, intents: [intents.guilds], channel };
}
