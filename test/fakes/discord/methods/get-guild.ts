import { guildOf, type Method, ok } from '../method.ts';
import { guildJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/guild#get-guild */
export const getGuild: Method = {
  verb: 'GET',
  path: '/guilds/{guild_id}',
  auth: 'bot',
  answer(call) {
    const guild = guildOf(call);
    const counted =
      call.query.get('with_counts') === 'true'
        ? {
            approximate_member_count: guild.members.size,
            approximate_presence_count: guild.members.size,
          }
        : {};
    return ok({ ...guildJson(guild), ...counted });
  },
};
