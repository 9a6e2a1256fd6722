import type { Channel, Guild } from './model.ts';

/** Bits of https://discord.com/developers/docs/topics/permissions that decide something here. */
export const permissions = {
  kickMembers: 1n << 1n,
  administrator: 1n << 3n,
  manageChannels: 1n << 4n,
  manageGuild: 1n << 5n,
  addReactions: 1n << 6n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  mentionEveryone: 1n << 17n,
  manageRoles: 1n << 28n,
  manageWebhooks: 1n << 29n,
  useApplicationCommands: 1n << 31n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  createPrivateThreads: 1n << 36n,
  sendMessagesInThreads: 1n << 38n,
  pinMessages: 1n << 51n,
  bypassSlowmode: 1n << 52n,
} as const;

export type PermissionName = keyof typeof permissions;

export const everything = (1n << 53n) - 1n;

/** What a new server lets everybody do, and what a bot's invitation asks for in the tests unless they say otherwise. */
export const usual = bitsOf([
  'addReactions',
  'viewChannel',
  'sendMessages',
  'embedLinks',
  'attachFiles',
  'readMessageHistory',
  'useApplicationCommands',
  'createPublicThreads',
  'createPrivateThreads',
  'sendMessagesInThreads',
]);

export function bitsOf(names: readonly PermissionName[]): bigint {
  return names.reduce((bits, name) => bits | permissions[name], 0n);
}

/** What a member may do in the whole guild, before a channel says otherwise. */
export function guildPermissions(guild: Guild, userId: string): bigint {
  if (guild.ownerId === userId) return everything;
  const member = guild.members.get(userId);
  if (!member) return 0n;
  const roles = [guild.id, ...member.roles];
  const bits = roles.reduce((all, id) => all | (guild.roles.get(id)?.permissions ?? 0n), 0n);
  return bits & permissions.administrator ? everything : bits;
}

/** Overwrites of everyone, then of the roles together, then of the member; a thread has those of its parent. */
export function channelPermissions(channel: Channel, userId: string): bigint {
  const { guild } = channel;
  // A direct channel has two ends, and both may there what is usual.
  if (!guild) return channel.recipient ? usual | permissions.pinMessages : 0n;
  const base = guildPermissions(guild, userId);
  if (base === everything) return everything;
  const { overwrites } = channel.parent ?? channel;
  const everyone = overwrites.get(guild.id);
  let bits = everyone ? (base & ~everyone.deny) | everyone.allow : base;
  const roles = [...(guild.members.get(userId)?.roles ?? [])].flatMap(
    (id) => overwrites.get(id) ?? [],
  );
  const deny = roles.reduce((all, one) => all | one.deny, 0n);
  const allow = roles.reduce((all, one) => all | one.allow, 0n);
  bits = (bits & ~deny) | allow;
  const own = overwrites.get(userId);
  if (own) bits = (bits & ~own.deny) | own.allow;
  return bits & permissions.viewChannel ? bits : 0n;
}

export function may(channel: Channel, userId: string, name: PermissionName): boolean {
  return (channelPermissions(channel, userId) & permissions[name]) !== 0n;
}
