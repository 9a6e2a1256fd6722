import type { Method } from '../method.ts';

/** https://docs.slack.dev/reference/methods/auth.test */
export const authTest: Method = {
  name: 'auth.test',
  token: 'bot',
  scopes: [],
  // "Hundreds of requests a minute": nothing that a bot meets.
  tier: 'unlimited',
  run: ({ team, bot }) => ({
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: bot.name,
    team_id: team.id,
    user_id: bot.user,
    bot_id: bot.id,
    is_enterprise_install: false,
  }),
};
