import { channelOf, type Method, ok } from '../method.ts';
import { channelJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/channel#get-channel */
export const getChannel: Method = {
  verb: 'GET',
  path: '/channels/{channel_id}',
  auth: 'bot',
  answer: (call) => ok(channelJson(channelOf(call))),
};
