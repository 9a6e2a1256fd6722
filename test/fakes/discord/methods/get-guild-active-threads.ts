import { guildOf, type Method, ok } from '../method.ts';
import { may } from '../permissions.ts';
import { settleArchive } from '../threads.ts';
import { channelJson, threadMemberJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/guild#list-active-guild-threads */
export const getGuildActiveThreads: Method = {
  verb: 'GET',
  path: '/guilds/{guild_id}/threads/active',
  auth: 'bot',
  answer(call) {
    const guild = guildOf(call);
    const { world } = call;
    const threads = [...world.channels.values()].filter((one) => one.guild === guild && one.thread);
    for (const thread of threads) settleArchive(world, thread);
    const open = threads.filter(
      (one) => !one.thread?.archived && may(one, world.bot.id, 'viewChannel'),
    );
    const mine = open.filter(({ thread }) => thread?.members.has(world.bot.id));
    return ok({
      threads: open.map(channelJson).reverse(),
      members: mine.map((one) => threadMemberJson(one, world.bot.id)),
      has_more: false,
    });
  },
};
