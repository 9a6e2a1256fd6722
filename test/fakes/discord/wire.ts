import { compact, type Json } from './json.ts';
import {
  type Attachment,
  type Channel,
  type Command,
  channelTypes,
  type Guild,
  type Member,
  type Message,
  messageFlags,
  type Role,
  type User,
} from './model.ts';
import { channelPermissions } from './permissions.ts';
import type { World } from './world.ts';

/** Objects as Discord writes them on the wire. */

export function userJson(user: User): Json {
  return {
    id: user.id,
    username: user.username,
    global_name: user.bot ? null : user.username,
    discriminator: '0',
    avatar: null,
    public_flags: 0,
    ...(user.bot ? { bot: true } : {}),
  };
}

export function memberJson(member: Member, withUser = true): Json {
  return {
    ...(withUser ? { user: userJson(member.user) } : {}),
    roles: [...member.roles],
    joined_at: iso(member.joinedAt),
    nick: null,
    avatar: null,
    banner: null,
    premium_since: null,
    communication_disabled_until: null,
    deaf: false,
    mute: false,
    pending: member.pending,
    flags: 0,
  };
}

export function roleJson(role: Role): Json {
  return {
    id: role.id,
    name: role.name,
    permissions: role.permissions.toString(),
    position: role.position,
    mentionable: role.mentionable,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: false,
    icon: null,
    unicode_emoji: null,
    flags: 0,
  };
}

export function guildJson(guild: Guild): Json {
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    icon: null,
    splash: null,
    discovery_splash: null,
    banner: null,
    description: null,
    region: 'deprecated',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    verification_level: 0,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw: false,
    nsfw_level: 0,
    premium_tier: 0,
    premium_subscription_count: 0,
    premium_progress_bar_enabled: false,
    preferred_locale: 'en-US',
    vanity_url_code: null,
    application_id: null,
    widget_enabled: false,
    features: [],
    emojis: [],
    stickers: [],
    roles: [...guild.roles.values()].map(roleJson),
  };
}

export function channelJson(channel: Channel): Json {
  if (channel.type === channelTypes.direct) {
    return {
      id: channel.id,
      type: channel.type,
      flags: 0,
      last_message_id: channel.lastMessageId ?? null,
      recipients: channel.recipient ? [userJson(channel.recipient)] : [],
    };
  }
  if (channel.thread) return threadJson(channel);
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guild?.id,
    name: channel.name,
    topic: channel.topic ?? null,
    position: channel.position,
    parent_id: null,
    nsfw: false,
    flags: 0,
    rate_limit_per_user: channel.slowmodeS,
    default_auto_archive_duration: 4_320,
    last_message_id: channel.lastMessageId ?? null,
    last_pin_timestamp: null,
    permission_overwrites: [...channel.overwrites.values()].map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: allow.toString(),
      deny: deny.toString(),
    })),
  };
}

function threadJson(channel: Channel): Json {
  const { thread, parent, guild } = channel;
  if (!thread) return {};
  return compact({
    id: channel.id,
    type: channel.type,
    guild_id: guild?.id,
    parent_id: parent?.id,
    owner_id: thread.ownerId,
    name: channel.name,
    flags: 0,
    last_message_id: channel.lastMessageId ?? null,
    rate_limit_per_user: channel.slowmodeS,
    message_count: thread.count,
    total_message_sent: thread.sent,
    member_count: Math.min(50, thread.members.size),
    thread_metadata: compact({
      archived: thread.archived,
      locked: thread.locked,
      auto_archive_duration: thread.autoArchiveMinutes,
      archive_timestamp: iso(thread.archivedChangedAt),
      create_timestamp: iso(thread.createdAt),
      invitable: channel.type === channelTypes.privateThread ? thread.invitable : undefined,
    }),
  });
}

export function threadMemberJson(channel: Channel, userId: string): Json {
  return {
    id: channel.id,
    user_id: userId,
    join_timestamp: iso(channel.thread?.members.get(userId) ?? 0),
    flags: 0,
  };
}

/** What of a message is held back from a bot without the privileged intent. */
export interface Seen {
  readonly content: boolean;
}

/** As the bot may read it: without the privileged intent only its own, what mentions it and direct messages. */
export function messageJson(world: World, message: Message, seen: Seen): Json {
  const open =
    seen.content ||
    message.author.id === world.bot.id ||
    message.channel.type === channelTypes.direct ||
    message.mentions.users.includes(world.bot.id);
  return compact({
    id: message.id,
    channel_id: message.channel.id,
    type: message.type,
    author: userJson(message.author),
    content: open ? message.content : '',
    embeds: open ? message.embeds : [],
    components: open ? message.components : [],
    attachments: open ? message.attachments.map((one) => attachmentJson(world, one)) : [],
    timestamp: iso(message.at),
    edited_timestamp: message.editedAt === undefined ? null : iso(message.editedAt),
    flags: message.flags,
    tts: false,
    pinned: message.pinned,
    mention_everyone: message.mentions.everyone,
    mentions: message.mentions.users.flatMap((id) => {
      const user = world.users.get(id);
      return user ? [userJson(user)] : [];
    }),
    mention_roles: message.mentions.roles,
    nonce: message.nonce,
    webhook_id: message.webhookId,
    application_id: message.webhookId,
    message_reference: message.reference,
    interaction_metadata: message.asked,
    thread: message.thread ? channelJson(message.thread) : undefined,
    reactions: message.reactions.size === 0 ? undefined : reactionsJson(world, message),
  });
}

/** As an event of a guild carries it: with the author as a member. */
export function messageEventJson(world: World, message: Message, seen: Seen): Json {
  const { guild } = message.channel;
  const member = guild?.members.get(message.author.id);
  return compact({
    ...messageJson(world, message, seen),
    guild_id: guild?.id,
    member: member && !message.webhookId ? memberJson(member, false) : undefined,
  });
}

function reactionsJson(world: World, message: Message): readonly Json[] {
  return [...message.reactions.values()].map(({ emoji, by }) => ({
    emoji: { id: null, name: emoji },
    count: by.size,
    count_details: { burst: 0, normal: by.size },
    me: by.has(world.bot.id),
    me_burst: false,
    burst_colors: [],
  }));
}

export function attachmentJson(world: World, file: Attachment): Json {
  return compact({
    id: file.id,
    filename: file.filename,
    description: file.description,
    content_type: file.contentType,
    size: file.bytes.length,
    url: fileUrl(world, file),
    proxy_url: fileUrl(world, file),
    ephemeral: file.ephemeral || undefined,
  });
}

/** Signed addresses end after 24 hours: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls */
export function fileUrl(world: World, file: Attachment): string {
  const issued = Math.trunc(world.clock.now() / 1_000);
  const query = new URLSearchParams({
    ex: (issued + 86_400).toString(16),
    is: issued.toString(16),
    hm: file.id,
  });
  const name = encodeURIComponent(file.filename);
  return `${world.origin}/attachments/${file.channelId}/${file.id}/${name}?${query}`;
}

export function commandJson(world: World, command: Command): Json {
  return compact({
    ...command.declared,
    id: command.id,
    application_id: world.applicationId,
    guild_id: command.guildId,
    version: command.version,
  });
}

/** A channel as an interaction brings it along. */
export function interactionChannelJson(channel: Channel, userId: string): Json {
  return { ...channelJson(channel), permissions: channelPermissions(channel, userId).toString() };
}

export function iso(at: number): string {
  return new Date(at).toISOString().replace('Z', '000+00:00');
}

export function isEphemeral(message: Message): boolean {
  return (message.flags & messageFlags.ephemeral) !== 0;
}
