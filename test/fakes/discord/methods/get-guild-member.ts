import { guildOf, idParam, type Method, ok } from '../method.ts';
import { refusal } from '../refusal.ts';
import { memberJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/guild#get-guild-member */
export const getGuildMember: Method = {
  verb: 'GET',
  path: '/guilds/{guild_id}/members/{user_id}',
  auth: 'bot',
  answer(call) {
    const guild = guildOf(call);
    const id = idParam(call, 'user_id');
    const member = guild.members.get(id);
    if (member) return ok(memberJson(member));
    throw refusal(call.world.users.has(id) ? 10007 : 10013);
  },
};
