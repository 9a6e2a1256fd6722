import { messageForm, settableFlags } from '../forms/message.ts';
import { isJson } from '../json.ts';
import { allowanceOf, wholeAllowance } from '../mentions.ts';
import { postMessage } from '../messages.ts';
import {
  bodyOf,
  type Call,
  channelOf,
  type Method,
  need,
  needUnlocked,
  ok,
  writing,
} from '../method.ts';
import { type Channel, channelTypes, type Message } from '../model.ts';
import { may } from '../permissions.ts';
import { refusal } from '../refusal.ts';
import { messageJson } from '../wire.ts';

/** https://discord.com/developers/docs/resources/message#create-message */
export const createMessage: Method = {
  verb: 'POST',
  path: '/channels/{channel_id}/messages',
  auth: 'bot',
  rate: { limit: 5, perMs: 5_000 },
  answer(call) {
    const { world } = call;
    const body = bodyOf(call);
    const channel = channelOf(call);
    reach(call, channel);
    const written = messageForm(world, {
      body,
      files: call.files,
      channel,
      settable: settableFlags.create,
    });
    if ((written.embeds?.length ?? 0) > 0) need(call, channel, 'embedLinks');
    if (call.files.length > 0) need(call, channel, 'attachFiles');
    const answers = answeredMessage(call, channel);
    const nonce = nonceOf(body['nonce']);
    const known = nonce === undefined ? undefined : world.nonces.get(String(nonce));
    if (known && body['enforce_nonce'] === true && known.until > world.clock.now()) {
      return ok(messageJson(world, known.message, { content: true }));
    }
    if (written.empty) throw refusal(50006);
    const message = postMessage(world, {
      channel,
      author: world.bot,
      allowed: allowanceOf(body['allowed_mentions'], wholeAllowance),
      content: written.content ?? '',
      embeds: written.embeds ?? [],
      components: written.components ?? [],
      attachments: written.attachments ?? [],
      flags: written.flags ?? 0,
      nonce,
      answers,
    });
    if (nonce !== undefined) {
      const until = world.clock.now() + world.policy.nonceMs;
      world.nonces.set(String(nonce), { message, until });
    }
    return ok(messageJson(world, message, { content: true }));
  },
};

/** Whether the bot may write here at all. */
function reach(call: Call, channel: Channel): void {
  if (channel.type === channelTypes.direct) {
    if (!channel.recipient?.takesDirectMessages) throw refusal(50007);
    return;
  }
  need(call, channel, writing(channel));
  needUnlocked(call, channel);
}

function answeredMessage(call: Call, channel: Channel): Message | undefined {
  const reference = bodyOf(call)['message_reference'];
  if (!isJson(reference)) return undefined;
  const found = channel.messages.get(String(reference['message_id']));
  if (found && !found.onlyFor) {
    if (!may(channel, call.world.bot.id, 'readMessageHistory')) throw refusal(160002);
    return found;
  }
  if (reference['fail_if_not_exists'] === false) return undefined;
  const error = { code: 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', message: 'Unknown message' };
  throw refusal(50035, { errors: { message_reference: { _errors: [error] } } });
}

function nonceOf(value: unknown): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
