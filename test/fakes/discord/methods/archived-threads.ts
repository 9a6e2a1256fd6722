import { type Call, channelOf, type Method, need, ok } from '../method.ts';
import { channelTypes } from '../model.ts';
import { settleArchive, threadsOf } from '../threads.ts';
import { channelJson, threadMemberJson } from '../wire.ts';

function archived(call: Call, types: readonly number[]) {
  const { world, query } = call;
  const channel = channelOf(call);
  need(call, channel, 'readMessageHistory');
  const before = query.get('before');
  const limit = Number(query.get('limit') ?? 50);
  const below = threadsOf(world, channel).filter(({ type }) => types.includes(type));
  for (const thread of below) settleArchive(world, thread);
  const changedAt = (one: (typeof below)[number]) => one.thread?.archivedChangedAt ?? 0;
  const found = below
    .filter(({ thread }) => thread?.archived)
    .filter((one) => before === null || changedAt(one) < Date.parse(before))
    .sort((a, b) => changedAt(b) - changedAt(a));
  const page = found.slice(0, limit);
  const mine = page.filter(({ thread }) => thread?.members.has(world.bot.id));
  return ok({
    threads: page.map(channelJson),
    members: mine.map((one) => threadMemberJson(one, world.bot.id)),
    has_more: found.length > page.length,
  });
}

/** https://discord.com/developers/docs/resources/channel#list-public-archived-threads: last archived first. */
export const getPublicArchivedThreads: Method = {
  verb: 'GET',
  path: '/channels/{channel_id}/threads/archived/public',
  auth: 'bot',
  answer: (call) => archived(call, [channelTypes.publicThread, channelTypes.announcementThread]),
};

/** https://discord.com/developers/docs/resources/channel#list-private-archived-threads */
export const getPrivateArchivedThreads: Method = {
  verb: 'GET',
  path: '/channels/{channel_id}/threads/archived/private',
  auth: 'bot',
  answer(call) {
    need(call, channelOf(call), 'manageThreads');
    return archived(call, [channelTypes.privateThread]);
  },
};
