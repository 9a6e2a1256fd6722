import { form } from '../forms/form.ts';
import { type Call, channelOf, type Method, ok, seesContent } from '../method.ts';
import type { Channel, Message } from '../model.ts';
import { may } from '../permissions.ts';
import { byId } from '../snowflake.ts';
import { messageJson } from '../wire.ts';

/**
 * https://discord.com/developers/docs/resources/message#get-channel-messages: newest first, and an empty list for who
 * may not read the history.
 */
export const getMessages: Method = {
  verb: 'GET',
  path: '/channels/{channel_id}/messages',
  auth: 'bot',
  rate: { limit: 5, perMs: 5_000 },
  answer(call) {
    const channel = channelOf(call);
    const limit = limitOf(call);
    if (!may(channel, call.world.bot.id, 'readMessageHistory')) return ok([]);
    const seen = { content: seesContent(call, channel) };
    return ok(chosen(call, channel, limit).map((one) => messageJson(call.world, one, seen)));
  },
};

function limitOf({ query }: Call): number {
  const limit = Number(query.get('limit') ?? 50);
  const wrong = form();
  if (!(limit >= 1 && limit <= 100)) {
    wrong.at('limit').fault('NUMBER_TYPE_MAX', 'int value should be between 1 and 100.');
  }
  for (const name of ['before', 'after', 'around'] as const) {
    const id = query.get(name);
    if (id !== null) wrong.at(name).snowflake(id);
  }
  wrong.end();
  return limit;
}

function chosen({ query }: Call, channel: Channel, limit: number): readonly Message[] {
  const newestFirst = [...channel.messages.values()].filter((one) => !one.onlyFor).reverse();
  const [before, after, around] = [query.get('before'), query.get('after'), query.get('around')];
  if (around !== null) {
    const half = Math.floor(limit / 2);
    const newer = newestFirst.filter((one) => byId(one.id, around) > 0).slice(-half);
    const rest = newestFirst.filter((one) => byId(one.id, around) <= 0);
    return [...(half === 0 ? [] : newer), ...rest].slice(0, limit);
  }
  if (before !== null) return newestFirst.filter((one) => byId(one.id, before) < 0).slice(0, limit);
  if (after !== null) return newestFirst.filter((one) => byId(one.id, after) > 0).slice(-limit);
  return newestFirst.slice(0, limit);
}
