import { channelOf, messageOf } from '../lookups.ts';
import { messageJson } from '../message-json.ts';
import type { Method } from '../method.ts';

/** Of messages only. https://docs.slack.dev/reference/methods/reactions.get */
export const reactionsGet: Method = {
  name: 'reactions.get',
  token: 'bot',
  scopes: ['reactions:read'],
  tier: 3,
  run(call) {
    const channel = channelOf(call);
    const message = messageOf(channel, call.args.required('timestamp'));
    return {
      type: 'message',
      channel: channel.id,
      message: messageJson(message, { team: call.team, channel }),
    };
  },
};
