import { type Method, ok } from '../method.ts';
import { userJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/user#get-current-user */
export const getCurrentUser: Method = {
  verb: 'GET',
  path: '/users/@me',
  auth: 'bot',
  answer: ({ world }) =>
    ok({ ...userJson(world.bot), verified: true, mfa_enabled: false, flags: 0 }),
};
