import { messageForm, settableFlags } from '../forms/message.ts';
import { allowanceOf, wholeAllowance } from '../mentions.ts';
import { editMessage as edit } from '../messages.ts';
import {
  bodyOf,
  channelOf,
  type Method,
  messageOf,
  needOpen,
  needUnlocked,
  ok,
} from '../method.ts';
import type { Message } from '../model.ts';
import { Refusal, refusal } from '../refusal.ts';
import { messageJson } from '../wire.ts';
import type { World } from '../world.ts';

const hourMs = 3_600_000;
const words = 'Maximum number of edits to messages older than 1 hour reached. Try again later.';

/** https://discord.com/developers/docs/resources/message#edit-message */
export const editMessage: Method = {
  verb: 'PATCH',
  path: '/channels/{channel_id}/messages/{message_id}',
  auth: 'bot',
  rate: { limit: 5, perMs: 5_000 },
  answer(call) {
    const { world } = call;
    const body = bodyOf(call);
    const channel = channelOf(call);
    const message = messageOf(call, channel);
    if (message.author.id !== world.bot.id) throw refusal(50005);
    needOpen(channel);
    needUnlocked(call, channel);
    const changes = messageForm(world, {
      body,
      files: call.files,
      channel,
      before: message,
      settable: settableFlags.edit,
    });
    if (changes.empty) throw refusal(50006);
    countLateEdit(world, message);
    const allowed = allowanceOf(body['allowed_mentions'], wholeAllowance);
    edit(world, message, { changes, allowed });
    return ok(messageJson(world, message, { content: true }));
  },
};

/**
 * A channel takes only so many edits of messages older than an hour: seen to be 3 in 6 s. It is refused as a rate limit
 * with a code of its own, so a client that waits for rate limits never sees the code.
 */
function countLateEdit(world: World, message: Message): void {
  const now = world.clock.now();
  if (now - message.at < hourMs) return;
  const { limit, perMs } = world.policy.lateEdits;
  const { channel } = message;
  const recent = (world.lateEdits.get(channel.id) ?? []).filter((at) => now - at < perMs);
  const [oldest] = recent;
  if (recent.length >= limit && oldest !== undefined) {
    const retryAfterS = (oldest + perMs - now) / 1_000;
    throw new Refusal(
      429,
      { message: words, code: 30046, retry_after: retryAfterS, global: false },
      { 'retry-after': String(Math.ceil(retryAfterS)), 'x-ratelimit-scope': 'user' },
    );
  }
  world.lateEdits.set(channel.id, [...recent, now]);
}
