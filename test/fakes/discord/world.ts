import type { Clock } from '../../../src/bot/clock.ts';
import type { Interaction } from './interaction.ts';
import type { Json } from './json.ts';
import type { Rate } from './method.ts';
import type { Attachment, Channel, Command, Guild, Message, User } from './model.ts';
import { snowflakes } from './snowflake.ts';

/** Everything that Discord knows; the methods, the gateway and the people all change this one state. */
export interface World {
  readonly clock: Clock;
  token: string;
  readonly applicationId: string;
  readonly bot: User;
  readonly policy: Policy;
  readonly guilds: Map<string, Guild>;
  readonly users: Map<string, User>;
  /** Channels, threads and direct channels that exist. */
  readonly channels: Map<string, Channel>;
  readonly globalCommands: Map<string, Command>;
  readonly globalCommandCreates: number[];
  readonly interactions: Map<string, Interaction>;
  /** By interaction token. */
  readonly tokens: Map<string, Interaction>;
  readonly attachments: Map<string, Attachment>;
  /** By nonce: the message it made, while it still counts. */
  readonly nonces: Map<string, { readonly message: Message; readonly until: number }>;
  /** When clients identified. */
  readonly identifies: number[];
  /** Edits of messages older than an hour, by channel. */
  readonly lateEdits: Map<string, number[]>;
  /** Of the key that signs HTTP interactions, in hex. */
  publicKey: string;
  /** Where HTTP interactions go; without one they go over the gateway. */
  endpoint: () => string | undefined;
  /** Where the fake listens, known once it does. */
  origin: string;
  nextId(): string;
  /** Tells the gateway what has happened. */
  emit(event: Happening): void;
  /** Hands an interaction to the bot, over the gateway or over HTTP. */
  deliver: (interaction: Interaction) => void;
}

/** What the real service decides and does not publish, or what an account can be set to. */
export interface Policy {
  readonly privileged: {
    readonly messageContent: boolean;
    readonly members: boolean;
    readonly presences: boolean;
  };
  /** How long a nonce is remembered: "the past few minutes". */
  readonly nonceMs: number;
  /** How many edits of messages older than an hour a channel takes; the real figure is not published. */
  readonly lateEdits: Rate;
  readonly maxActiveThreads: number;
}

/** One event of the gateway, before it is known who may hear it and how much of it. */
export interface Happening {
  readonly name: string;
  /** Intents of which a session needs one; none: everybody hears it. */
  readonly intents: readonly number[];
  /** Heard only by a bot that is in this guild. */
  readonly guild?: Guild | undefined;
  /** Heard only by a bot that can see this channel. */
  readonly channel?: Channel;
  body(seen: { readonly content: boolean }): Json;
}

export interface WorldOptions {
  readonly clock: Clock;
  readonly token: string;
  readonly botName: string;
  readonly policy: Policy;
}

export function createWorld(options: WorldOptions, emit: (event: Happening) => void): World {
  const nextId = snowflakes(() => options.clock.now());
  const applicationId = nextId();
  const bot: User = {
    id: applicationId,
    username: options.botName,
    bot: true,
    takesDirectMessages: false,
  };
  return {
    clock: options.clock,
    token: options.token,
    applicationId,
    bot,
    policy: options.policy,
    guilds: new Map(),
    users: new Map([[bot.id, bot]]),
    channels: new Map(),
    globalCommands: new Map(),
    globalCommandCreates: [],
    interactions: new Map(),
    tokens: new Map(),
    attachments: new Map(),
    nonces: new Map(),
    identifies: [],
    lateEdits: new Map(),
    publicKey: '',
    endpoint: () => undefined,
    origin: '',
    nextId,
    emit,
    deliver: () => undefined,
  };
}

/** https://discord.com/developers/docs/events/gateway#list-of-intents */
export const intents = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildPresences: 1 << 8,
  guildMessages: 1 << 9,
  guildMessageReactions: 1 << 10,
  directMessages: 1 << 12,
  directMessageReactions: 1 << 13,
  messageContent: 1 << 15,
} as const;

export function isInGuild(world: World, guild: Guild): boolean {
  return guild.members.has(world.bot.id) && world.guilds.has(guild.id);
}
