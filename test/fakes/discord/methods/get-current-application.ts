import { applicationFlags } from '../gateway/hello.ts';
import { type Method, ok } from '../method.ts';
import { userJson } from '../wire.ts';

function answer({ world }: Parameters<Method['answer']>[0]) {
  return ok({
    id: world.applicationId,
    name: world.bot.username,
    icon: null,
    description: '',
    bot: userJson(world.bot),
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: world.publicKey,
    flags: applicationFlags(world),
    interactions_endpoint_url: world.endpoint() ?? null,
    approximate_guild_count: world.guilds.size,
    team: null,
    owner: { id: '1', username: 'owner', discriminator: '0', avatar: null, global_name: null },
  });
}

/** https://discord.com/developers/docs/resources/application#get-current-application */
export const getCurrentApplication: Method = {
  verb: 'GET',
  path: '/applications/@me',
  auth: 'bot',
  answer,
};

/** https://discord.com/developers/docs/topics/oauth2#get-current-bot-application-information */
export const getCurrentBotApplication: Method = {
  verb: 'GET',
  path: '/oauth2/applications/@me',
  auth: 'bot',
  answer,
};
