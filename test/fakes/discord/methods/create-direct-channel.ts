import { directChannel } from '../channels.ts';
import { form } from '../forms/form.ts';
import { bodyOf, type Method, ok } from '../method.ts';
import { refusal } from '../refusal.ts';
import { channelJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/user#create-dm: the same person gets the same channel again. */
export const createDirectChannel: Method = {
  verb: 'POST',
  path: '/users/@me/channels',
  auth: 'bot',
  answer(call) {
    const { recipient_id: id } = bodyOf(call);
    const wrong = form();
    if (wrong.at('recipient_id').required(id)) wrong.at('recipient_id').snowflake(id);
    wrong.end();
    const user = call.world.users.get(String(id));
    if (!user || user.id === call.world.bot.id) throw refusal(50033);
    return ok(channelJson(directChannel(call.world, user)));
  },
};
