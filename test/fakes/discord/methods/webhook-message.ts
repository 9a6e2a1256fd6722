import { answerWith } from '../callback.ts';
import { messageForm, settableFlags } from '../forms/message.ts';
import { type Interaction, isAlive } from '../interaction.ts';
import { allowanceOf, webhookAllowance } from '../mentions.ts';
import { deleteMessage, editMessage } from '../messages.ts';
import { bodyOf, type Call, type Method, needOpen, nothing, ok, param } from '../method.ts';
import { type Message, messageFlags } from '../model.ts';
import { refusal } from '../refusal.ts';
import { messageJson } from '../wire.ts';

const webhook = '/webhooks/{webhook_id}/{webhook_token}';
const auth = 'token in the path';
/** Seen to be 5 in 2 s for each webhook. */
const rate = { limit: 5, perMs: 2_000 };

function interactionOf(call: Call): Interaction {
  const { world } = call;
  const interaction = world.tokens.get(param(call, 'webhook_token'));
  if (!interaction || param(call, 'webhook_id') !== world.applicationId) throw refusal(10015);
  // Before its first answer the webhook does not exist, and after 15 minutes its token is worth nothing.
  if (!interaction.answer) throw refusal(10015);
  if (!isAlive(world, interaction)) throw refusal(50027);
  return interaction;
}

/** `@original`, or one of the messages that this interaction wrote. */
function answerOf(call: Call, interaction: Interaction): Message {
  const id = call.params['message_id'];
  const { original, followups } = interaction;
  const mine = [...(original ? [original] : []), ...followups];
  const found = id === undefined ? original : mine.find((one) => one.id === id);
  if (!found?.channel.messages.has(found.id)) throw refusal(10008);
  return found;
}

function get(call: Call) {
  const message = answerOf(call, interactionOf(call));
  return ok(messageJson(call.world, message, { content: true }));
}

function patch(call: Call) {
  const { world, files } = call;
  const body = bodyOf(call);
  const message = answerOf(call, interactionOf(call));
  const { channel } = message;
  needOpen(channel);
  const changes = messageForm(world, {
    body,
    files,
    channel,
    before: message,
    settable: settableFlags.edit,
  });
  if (changes.empty) throw refusal(50006);
  const allowed = allowanceOf(body['allowed_mentions'], webhookAllowance);
  editMessage(world, message, { changes, allowed });
  return ok(messageJson(world, message, { content: true }));
}

function remove(call: Call) {
  deleteMessage(call.world, answerOf(call, interactionOf(call)));
  return nothing;
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#get-original-interaction-response */
export const getOriginalAnswer: Method = {
  verb: 'GET',
  path: `${webhook}/messages/@original`,
  auth,
  rate,
  answer: get,
};

/** https://discord.com/developers/docs/interactions/receiving-and-responding#edit-original-interaction-response */
export const editOriginalAnswer: Method = { ...getOriginalAnswer, verb: 'PATCH', answer: patch };

/** https://discord.com/developers/docs/interactions/receiving-and-responding#delete-original-interaction-response */
export const deleteOriginalAnswer: Method = {
  ...getOriginalAnswer,
  verb: 'DELETE',
  answer: remove,
};

/** https://discord.com/developers/docs/interactions/receiving-and-responding#get-followup-message */
export const getFollowup: Method = {
  verb: 'GET',
  path: `${webhook}/messages/{message_id}`,
  auth,
  rate,
  answer: get,
};

/** https://discord.com/developers/docs/interactions/receiving-and-responding#edit-followup-message */
export const editFollowup: Method = { ...getFollowup, verb: 'PATCH', answer: patch };

/** https://discord.com/developers/docs/interactions/receiving-and-responding#delete-followup-message */
export const deleteFollowup: Method = { ...getFollowup, verb: 'DELETE', answer: remove };

/**
 * https://discord.com/developers/docs/interactions/receiving-and-responding#create-followup-message. The first one after
 * a deferred answer fills that answer in, and whether it is hidden stays as it was deferred.
 */
export const createFollowup: Method = {
  verb: 'POST',
  path: webhook,
  auth,
  rate,
  answer(call) {
    const { world, files } = call;
    const interaction = interactionOf(call);
    const body = bodyOf(call);
    const written = messageForm(world, {
      body,
      files,
      channel: interaction.channel,
      settable: settableFlags.answer,
    });
    if (written.empty) throw refusal(50006);
    const { original } = interaction;
    if (original && (original.flags & messageFlags.loading) !== 0) {
      const allowed = allowanceOf(body['allowed_mentions'], webhookAllowance);
      editMessage(world, original, { changes: { ...written, flags: original.flags }, allowed });
      return ok(messageJson(world, original, { content: true }));
    }
    const message = answerWith(world, interaction, { written, allowed: body['allowed_mentions'] });
    interaction.followups.push(message);
    return ok(messageJson(world, message, { content: true }));
  },
};
