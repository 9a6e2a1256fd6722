import { channelJson } from '../channel-json.ts';
import { isVisible } from '../lookups.ts';
import type { Method } from '../method.ts';
import { pageOf } from '../paging.ts';
import { missingScope, Refusal } from '../refusal.ts';

const kinds = {
  public_channel: { kind: 'public', scope: 'channels:read' },
  private_channel: { kind: 'private', scope: 'groups:read' },
  im: { kind: 'im', scope: 'im:read' },
  mpim: { kind: 'mpim', scope: 'mpim:read' },
} as const;

/** https://docs.slack.dev/reference/methods/conversations.list */
export const conversationsList: Method = {
  name: 'conversations.list',
  token: 'bot',
  scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  tier: 2,
  run(call) {
    const { team, bot, args } = call;
    const wanted = (args.text('types') ?? 'public_channel').split(',').map((type) => {
      const found = Object.entries(kinds).find(([name]) => name === type.trim())?.[1];
      if (!found) throw new Refusal('invalid_types');
      if (!bot.scopes.has(found.scope)) throw missingScope(bot, [found.scope]);
      return found.kind;
    });
    const channels = [...team.channels.values()]
      .filter((channel) => wanted.some((kind) => kind === channel.kind))
      .filter((channel) => isVisible(call, channel))
      .filter(({ archived }) => !archived || !args.flag('exclude_archived'));
    const page = pageOf(channels, args, { usual: 100, most: 999 });
    return {
      channels: page.items.map((channel) => channelJson(channel, bot)),
      response_metadata: { next_cursor: page.next },
    };
  },
};
