import type { UploadedFile } from './http/multipart.ts';
import { type Json, object } from './json.ts';
import type { Channel, Guild, Message } from './model.ts';
import { channelTypes } from './model.ts';
import { may, type PermissionName } from './permissions.ts';
import { refusal } from './refusal.ts';
import { isSnowflake } from './snowflake.ts';
import { settleArchive } from './threads.ts';
import { isInGuild, type World } from './world.ts';

/** One call of the bot, as a method receives it. */
export interface Call {
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** How often a route may be called; the windows are those that the service is seen to announce, it publishes none. */
export interface Rate {
  readonly limit: number;
  readonly perMs: number;
}

/** One method of the HTTP API. Its answer changes the world whole or throws a `Refusal` and changes nothing. */
export interface Method {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v10`, parameters as in the official OpenAPI: `/channels/{channel_id}/messages`. */
  readonly path: string;
  /** Interaction tokens stand for themselves. */
  readonly auth: 'bot' | 'token in the path' | 'none';
  readonly rate?: Rate;
  answer(call: Call): Answer;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export const nothing: Answer = { status: 204 };

export function bodyOf({ body }: Call): Json {
  return object(body);
}

export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** A parameter that must be an id. */
export function idParam(call: Call, name: string): string {
  const value = param(call, name);
  if (isSnowflake(value)) return value;
  const error = { code: 'NUMBER_TYPE_COERCE', message: `Value "${value}" is not snowflake.` };
  throw refusal(50035, { errors: { [name]: { _errors: [error] } } });
}

/** A channel that the bot can see, or the reason why it cannot. */
export function channelOf(call: Call): Channel {
  const { world } = call;
  const channel = world.channels.get(idParam(call, 'channel_id'));
  if (!channel) throw refusal(10003);
  if (channel.guild && !isInGuild(world, channel.guild)) throw refusal(50001);
  if (!may(channel, world.bot.id, 'viewChannel')) throw refusal(50001);
  settleArchive(world, channel);
  return channel;
}

export function need(call: Call, channel: Channel, ...names: readonly PermissionName[]): void {
  const { world } = call;
  // What nobody may in a direct channel is refused with a code of its own.
  if (names.some((name) => !may(channel, world.bot.id, name))) {
    throw refusal(channel.guild ? 50013 : 50003);
  }
}

export function messageOf(call: Call, channel: Channel): Message {
  const message = channel.messages.get(idParam(call, 'message_id'));
  if (!message || message.onlyFor) throw refusal(10008);
  return message;
}

export function guildOf(call: Call): Guild {
  const guild = call.world.guilds.get(idParam(call, 'guild_id'));
  if (!guild || !isInGuild(call.world, guild)) throw refusal(10004);
  return guild;
}

/** In an archived thread nothing is changed before it is opened again. */
export function needOpen(channel: Channel): void {
  if (channel.thread?.archived) throw refusal(50083);
}

/** In a locked thread only moderators write and change. */
export function needUnlocked({ world }: Call, channel: Channel): void {
  if (channel.thread?.locked && !may(channel, world.bot.id, 'manageThreads')) throw refusal(160005);
}

/** What it takes to write here. */
export function writing(channel: Channel): PermissionName {
  return channel.thread ? 'sendMessagesInThreads' : 'sendMessages';
}

/** Whether the bot may read what others wrote here. */
export function seesContent({ world }: Call, channel: Channel): boolean {
  return channel.type === channelTypes.direct || world.policy.privileged.messageContent;
}

/** A guild holds only so many threads that are not archived. */
export function needRoomForThread({ world }: Call, channel: Channel): void {
  const active = [...world.channels.values()].filter(
    (one) => one.guild === channel.guild && one.thread && !one.thread.archived,
  );
  if (active.length >= world.policy.maxActiveThreads) throw refusal(160006);
}
