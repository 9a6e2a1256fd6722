import { channelJson } from '../channel-json.ts';
import { directMessage } from '../direct-message.ts';
import { channelOf, userOf } from '../lookups.ts';
import type { Method } from '../method.ts';
import { Refusal } from '../refusal.ts';

/** Direct messages with one person; groups are not played here. https://docs.slack.dev/reference/methods/conversations.open */
export const conversationsOpen: Method = {
  name: 'conversations.open',
  token: 'bot',
  scopes: ['im:write', 'mpim:write'],
  tier: 3,
  run(call) {
    const { platform, team, bot, args } = call;
    const full = args.flag('return_im');
    const answer = (channel: ReturnType<typeof channelOf>) => ({
      channel: full ? channelJson(channel, bot) : { id: channel.id },
    });
    if (args.text('channel')) return answer(channelOf(call));
    const users = (args.text('users') ?? '').split(',').filter((id) => id !== '');
    const [first] = users;
    if (!first) throw new Refusal('users_list_not_supplied');
    if (users.length > 8) throw new Refusal('too_many_users');
    if (users.length > 1) throw new Error('The fake plays no group conversations.');
    const user = userOf(call, first);
    if (user.deactivated) throw new Refusal('user_disabled');
    if (user.kind === 'stranger' && !sharesAChannel(call, user.id)) {
      throw new Refusal('user_not_visible');
    }
    return answer(directMessage(platform, team, user.id));
  },
};

function sharesAChannel({ team, bot }: Parameters<Method['run']>[0], user: string): boolean {
  return [...team.channels.values()].some(
    ({ shared, members }) => shared && members.has(user) && members.has(bot.user),
  );
}
