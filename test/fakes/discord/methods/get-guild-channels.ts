import { guildOf, type Method, ok } from '../method.ts';
import { channelJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/guild#get-guild-channels: all of them but threads, seen or not. */
export const getGuildChannels: Method = {
  verb: 'GET',
  path: '/guilds/{guild_id}/channels',
  auth: 'bot',
  answer(call) {
    const guild = guildOf(call);
    const channels = [...call.world.channels.values()];
    return ok(channels.filter((one) => one.guild === guild && !one.thread).map(channelJson));
  },
};
