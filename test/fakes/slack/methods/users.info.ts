import { userOf } from '../lookups.ts';
import type { Method } from '../method.ts';
import { userJson } from '../user-json.ts';

/** https://docs.slack.dev/reference/methods/users.info */
export const usersInfo: Method = {
  name: 'users.info',
  token: 'bot',
  scopes: ['users:read'],
  tier: 4,
  run: (call) => ({ user: userJson(userOf(call, call.args.required('user')), call.team) }),
};
