import type { Call } from './method.ts';
import { missingScope, Refusal } from './refusal.ts';
import type { Channel, Message, Team, User } from './state.ts';

const prefixes = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' } as const;

/** The conversation that `channel` names by id, as far as the bot can see it. */
export function channelOf(call: Call, name = 'channel'): Channel {
  const channel = call.team.channels.get(call.args.text(name) ?? '');
  if (!channel || !isVisible(call, channel)) throw new Refusal('channel_not_found');
  return channel;
}

/** By id, or by name with or without its sign, as a message may be addressed. */
export function channelNamed(team: Team, given: string): Channel | undefined {
  const name = given.replace(/^#/, '');
  return (
    team.channels.get(given) ??
    [...team.channels.values()].find((one) => one.name === name && !one.deleted)
  );
}

export function isVisible({ bot }: Call, channel: Channel): boolean {
  if (channel.deleted) return false;
  return channel.kind === 'public' || channel.members.has(bot.user);
}

/** Reading needs the scope of just this kind of conversation: `channels:history`, `groups:history`. */
export function requireScopeFor(call: Call, channel: Channel, right: 'history' | 'read'): void {
  const scope = `${prefixes[channel.kind]}:${right}`;
  if (!call.bot.scopes.has(scope)) throw missingScope(call.bot, [scope]);
}

export function requireMember({ bot }: Call, channel: Channel): void {
  if (!channel.members.has(bot.user)) throw new Refusal('not_in_channel');
}

export function messageOf(channel: Channel, ts: string): Message {
  const message = channel.messages.find((one) => one.ts === ts);
  if (!message) throw new Refusal('message_not_found');
  return message;
}

export function userOf(call: Call, id: string): User {
  const user = call.team.users.get(id);
  if (!user) throw new Refusal('user_not_found');
  return user;
}
