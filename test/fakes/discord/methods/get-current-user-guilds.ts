import { guildsOfBot } from '../gateway/hello.ts';
import { type Method, ok } from '../method.ts';
import { guildPermissions } from '../permissions.ts';

/** https://discord.com/developers/docs/resources/user#get-current-user-guilds */
export const getCurrentUserGuilds: Method = {
  verb: 'GET',
  path: '/users/@me/guilds',
  auth: 'bot',
  answer: ({ world }) =>
    ok(
      guildsOfBot(world).map((guild) => ({
        id: guild.id,
        name: guild.name,
        icon: null,
        banner: null,
        owner: false,
        permissions: guildPermissions(guild, world.bot.id).toString(),
        features: [],
      })),
    ),
};
