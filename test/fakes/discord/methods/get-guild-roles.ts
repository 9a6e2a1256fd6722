import { guildOf, type Method, ok } from '../method.ts';
import { roleJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/guild#get-guild-roles */
export const getGuildRoles: Method = {
  verb: 'GET',
  path: '/guilds/{guild_id}/roles',
  auth: 'bot',
  answer: (call) => ok([...guildOf(call).roles.values()].map(roleJson)),
};
