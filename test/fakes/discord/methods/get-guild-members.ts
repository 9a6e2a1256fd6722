import { guildOf, type Method, ok } from '../method.ts';
import { refusal } from '../refusal.ts';
import { byId } from '../snowflake.ts';
import { memberJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/guild#list-guild-members: needs the privileged intent. */
export const getGuildMembers: Method = {
  verb: 'GET',
  path: '/guilds/{guild_id}/members',
  auth: 'bot',
  answer(call) {
    const guild = guildOf(call);
    if (!call.world.policy.privileged.members) throw refusal(50001);
    const after = call.query.get('after') ?? '0';
    const limit = Number(call.query.get('limit') ?? 1);
    const members = [...guild.members.values()]
      .filter(({ user }) => byId(user.id, after) > 0)
      .sort((a, b) => byId(a.user.id, b.user.id));
    return ok(members.slice(0, limit).map((member) => memberJson(member)));
  },
};
