import type { Json } from './json.ts';

export interface User {
  readonly id: string;
  username: string;
  readonly bot: boolean;
  /** Whether a bot may write to him alone. */
  takesDirectMessages: boolean;
}

export interface Role {
  readonly id: string;
  name: string;
  permissions: bigint;
  readonly position: number;
  mentionable: boolean;
}

export interface Member {
  readonly user: User;
  readonly roles: Set<string>;
  readonly joinedAt: number;
  pending: boolean;
}

export interface Overwrite {
  readonly id: string;
  /** 0 a role, 1 a member. */
  readonly type: 0 | 1;
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
  readonly commands: Map<string, Command>;
  /** Whether the bot was invited with the scope `applications.commands`. */
  commandScope: boolean;
  /** When each command was created, for the limit of a day. */
  readonly commandCreates: number[];
}

/** https://discord.com/developers/docs/resources/channel#channel-object-channel-types */
export const channelTypes = {
  text: 0,
  direct: 1,
  announcement: 5,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
} as const;

export interface Channel {
  readonly id: string;
  readonly type: number;
  name: string;
  topic: string | undefined;
  readonly guild: Guild | undefined;
  /** Of a thread, the channel that it belongs to. */
  readonly parent: Channel | undefined;
  /** Of a direct channel, the person at its other end. */
  readonly recipient: User | undefined;
  readonly overwrites: Map<string, Overwrite>;
  /** In the order of their ids. */
  readonly messages: Map<string, Message>;
  /** The last one that was ever posted, even if it is gone. */
  lastMessageId: string | undefined;
  readonly thread: Thread | undefined;
  slowmodeS: number;
  readonly position: number;
}

export interface Thread {
  readonly ownerId: string;
  archived: boolean;
  locked: boolean;
  invitable: boolean;
  autoArchiveMinutes: number;
  archivedChangedAt: number;
  readonly createdAt: number;
  activeAt: number;
  /** When each joined. */
  readonly members: Map<string, number>;
  /** Messages that are there, and all that ever were. */
  count: number;
  sent: number;
}

export interface Attachment {
  readonly id: string;
  readonly filename: string;
  readonly description: string | undefined;
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
  readonly channelId: string;
  readonly ephemeral: boolean;
}

/** Who is highlighted by a message as it stands now. */
export interface Mentions {
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly everyone: boolean;
}

export interface Reaction {
  readonly emoji: string;
  readonly by: Set<string>;
}

export interface Message {
  readonly id: string;
  readonly channel: Channel;
  readonly author: User;
  /** Set where an interaction wrote it. */
  readonly webhookId: string | undefined;
  readonly at: number;
  readonly type: number;
  readonly nonce: string | number | undefined;
  readonly reference: Json | undefined;
  /** Who pressed or typed what this answers. */
  readonly asked: Json | undefined;
  /** The one person who sees it. */
  readonly onlyFor: string | undefined;
  content: string;
  embeds: readonly Json[];
  components: readonly Json[];
  attachments: readonly Attachment[];
  flags: number;
  pinned: boolean;
  editedAt: number | undefined;
  mentions: Mentions;
  /** Users and roles that were notified when it was posted; `everyone` or `here` for all. Edits notify nobody. */
  pinged: readonly string[];
  /** Moments of its edits. */
  readonly edits: number[];
  readonly reactions: Map<string, Reaction>;
  /** The thread that started from it. */
  thread: Channel | undefined;
}

/** https://discord.com/developers/docs/resources/message#message-object-message-flags */
export const messageFlags = {
  crossposted: 1 << 0,
  suppressEmbeds: 1 << 2,
  hasThread: 1 << 5,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15,
} as const;

export interface Command {
  readonly id: string;
  readonly guildId: string | undefined;
  /** 1 slash, 2 user, 3 message. */
  readonly type: number;
  readonly name: string;
  /** As registered, with every default written out. */
  readonly declared: Json;
  readonly version: string;
}
