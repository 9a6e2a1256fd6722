import { idParam, type Method, ok } from '../method.ts';
import { refusal } from '../refusal.ts';
import { userJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/user#get-user */
export const getUser: Method = {
  verb: 'GET',
  path: '/users/{user_id}',
  auth: 'bot',
  answer(call) {
    const user = call.world.users.get(idParam(call, 'user_id'));
    if (!user) throw refusal(10013);
    return ok(userJson(user));
  },
};
