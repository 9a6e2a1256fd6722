import { tellOfPins } from '../channels.ts';
import { messageTypes, postNotice, referenceTo, tell } from '../messages.ts';
import {
  type Call,
  channelOf,
  type Method,
  messageOf,
  need,
  needOpen,
  nothing,
  ok,
  seesContent,
} from '../method.ts';
import { refusal } from '../refusal.ts';
import { iso, messageJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/message#get-channel-pins */
export const getPins: Method = {
  verb: 'GET',
  path: '/channels/{channel_id}/messages/pins',
  auth: 'bot',
  answer(call) {
    const channel = channelOf(call);
    const pinned = [...channel.messages.values()].filter((one) => one.pinned).reverse();
    const seen = { content: seesContent(call, channel) };
    const items = pinned.map((message) => ({
      pinned_at: iso(message.at),
      message: messageJson(call.world, message, seen),
    }));
    return ok({ items, has_more: false });
  },
};

function pin(call: Call, pinned: boolean): void {
  const channel = channelOf(call);
  need(call, channel, 'pinMessages');
  needOpen(channel);
  const message = messageOf(call, channel);
  const count = [...channel.messages.values()].filter((one) => one.pinned).length;
  if (pinned && !message.pinned && count >= 250) throw refusal(30003);
  message.pinned = pinned;
  tell(call.world, 'MESSAGE_UPDATE', message);
  tellOfPins(call.world, channel);
  if (!pinned) return;
  const reference = referenceTo(message);
  postNotice(call.world, { channel, author: call.world.bot, type: messageTypes.pinned, reference });
}

/** https://discord.com/developers/docs/resources/message#pin-message */
export const pinMessage: Method = {
  verb: 'PUT',
  path: '/channels/{channel_id}/messages/pins/{message_id}',
  auth: 'bot',
  rate: { limit: 5, perMs: 5_000 },
  answer(call) {
    pin(call, true);
    return nothing;
  },
};

/** https://discord.com/developers/docs/resources/message#unpin-message */
export const unpinMessage: Method = {
  verb: 'DELETE',
  path: '/channels/{channel_id}/messages/pins/{message_id}',
  auth: 'bot',
  rate: { limit: 5, perMs: 5_000 },
  answer(call) {
    pin(call, false);
    return nothing;
  },
};
