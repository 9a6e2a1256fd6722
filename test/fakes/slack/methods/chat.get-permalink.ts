import { channelOf, messageOf } from '../lookups.ts';
import type { Method } from '../method.ts';

/** https://docs.slack.dev/reference/methods/chat.getPermalink */
export const chatGetPermalink: Method = {
  name: 'chat.getPermalink',
  token: 'bot',
  scopes: [],
  tier: 'unlimited',
  run(call) {
    const channel = channelOf(call);
    const { ts, thread } = messageOf(channel, call.args.required('message_ts'));
    const page = `https://${call.team.domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`;
    const permalink = thread ? `${page}?thread_ts=${thread}&cid=${channel.id}` : page;
    return { channel: channel.id, permalink };
  },
};
