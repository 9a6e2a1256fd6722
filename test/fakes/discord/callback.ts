import { form } from './forms/form.ts';
import { messageForm, settableFlags, type Written } from './forms/message.ts';
import { modalForm } from './forms/modal.ts';
import type { UploadedFile } from './http/multipart.ts';
import { answered, callbackTypes, type Interaction, interactionTypes } from './interaction.ts';
import { compact, isJson, type Json, object } from './json.ts';
import { allowanceOf, webhookAllowance } from './mentions.ts';
import { editMessage, messageTypes, postMessage } from './messages.ts';
import { needOpen } from './method.ts';
import { type Message, messageFlags } from './model.ts';
import { refusal } from './refusal.ts';
import { messageJson, userJson } from './wire.ts';
import type { World } from './world.ts';

/** Which first answers each kind of interaction takes. */
const fitting: Readonly<Record<number, readonly number[]>> = {
  [interactionTypes.command]: [
    callbackTypes.message,
    callbackTypes.deferredMessage,
    callbackTypes.modal,
  ],
  [interactionTypes.component]: [
    callbackTypes.message,
    callbackTypes.deferredMessage,
    callbackTypes.deferredUpdate,
    callbackTypes.update,
    callbackTypes.modal,
  ],
  [interactionTypes.autocomplete]: [callbackTypes.choices],
  [interactionTypes.modal]: [
    callbackTypes.message,
    callbackTypes.deferredMessage,
    callbackTypes.deferredUpdate,
    callbackTypes.update,
  ],
};

/** Takes the first answer to an interaction, from the callback method or as the body of an HTTP answer. */
export function takeCallback(
  world: World,
  interaction: Interaction,
  { body, files }: { readonly body: Json; readonly files: readonly UploadedFile[] },
): Message | undefined {
  const type = body['type'];
  const wrong = form();
  const choices = [...(fitting[interaction.type] ?? [])];
  // Without a message below it there is nothing to update.
  const possible = interaction.message
    ? choices
    : choices.filter((one) => one !== callbackTypes.update && one !== callbackTypes.deferredUpdate);
  wrong.at('type').choice(type, possible);
  wrong.end();
  const content = object(body['data']);
  const message = apply(world, interaction, { type: Number(type), content, files });
  answered(world, interaction, Number(type), body);
  return message;
}

interface Callback {
  readonly type: number;
  readonly content: Json;
  readonly files: readonly UploadedFile[];
}

function apply(world: World, interaction: Interaction, callback: Callback): Message | undefined {
  const { type, content, files } = callback;
  if (type === callbackTypes.choices) return void choicesForm(content);
  if (type === callbackTypes.modal) return void modalForm(content);
  if (type === callbackTypes.deferredUpdate) {
    interaction.original = interaction.message;
    return undefined;
  }
  const written = messageForm(world, {
    body: content,
    files,
    channel: interaction.channel,
    settable: type === callbackTypes.update ? settableFlags.edit : settableFlags.answer,
    path: ['data'],
    before: type === callbackTypes.update ? interaction.message : undefined,
  });
  if (type === callbackTypes.update) return update(world, interaction, { content, written });
  const deferred = type === callbackTypes.deferredMessage;
  if (!deferred && written.empty) throw refusal(50006);
  const message = answerWith(world, interaction, {
    written: deferred ? { ...written, content: '', flags: loading(written) } : written,
    allowed: content['allowed_mentions'],
  });
  interaction.original = message;
  return message;
}

function loading({ flags }: Written): number {
  return messageFlags.loading | ((flags ?? 0) & messageFlags.ephemeral);
}

function update(
  world: World,
  interaction: Interaction,
  { content, written }: { readonly content: Json; readonly written: Written },
): Message | undefined {
  const { message } = interaction;
  if (!message) return undefined;
  needOpen(message.channel);
  const allowed = allowanceOf(content['allowed_mentions'], webhookAllowance);
  editMessage(world, message, { changes: written, allowed });
  interaction.original = message;
  return message;
}

/** A message that answers an interaction: its first answer, or a further one. */
export function answerWith(
  world: World,
  interaction: Interaction,
  { written, allowed }: { readonly written: Written; readonly allowed: unknown },
): Message {
  const flags = written.flags ?? 0;
  const hidden = (flags & messageFlags.ephemeral) !== 0;
  const answers = interaction.type === interactionTypes.command ? undefined : interaction.message;
  return postMessage(world, {
    channel: interaction.channel,
    author: world.bot,
    content: written.content ?? '',
    embeds: written.embeds ?? [],
    components: written.components ?? [],
    attachments: written.attachments ?? [],
    flags,
    allowed: allowanceOf(allowed, webhookAllowance),
    type: typeOfAnswer(interaction),
    reference: answers
      ? { type: 0, message_id: answers.id, channel_id: answers.channel.id }
      : undefined,
    webhookId: world.applicationId,
    asked: askedJson(interaction),
    onlyFor: hidden ? interaction.user.id : undefined,
  });
}

function typeOfAnswer({ type, command }: Interaction): number {
  if (type !== interactionTypes.command) return messageTypes.plain;
  return command?.type === 1 ? messageTypes.chatInputCommand : messageTypes.contextMenuCommand;
}

/** What the callback says when it is asked for a response. */
export function callbackJson(
  world: World,
  interaction: Interaction,
  message: Message | undefined,
): Json {
  const type = interaction.answer?.type;
  return compact({
    interaction: compact({
      id: interaction.id,
      type: interaction.type,
      response_message_id: message?.id,
      response_message_loading: message ? (message.flags & messageFlags.loading) !== 0 : undefined,
      response_message_ephemeral: message ? message.onlyFor !== undefined : undefined,
    }),
    resource: compact({
      type,
      message: message ? messageJson(world, message, { content: true }) : undefined,
    }),
  });
}

function askedJson(interaction: Interaction): Json {
  return compact({
    id: interaction.id,
    type: interaction.type,
    user: userJson(interaction.user),
    authorizing_integration_owners: interaction.payload['authorizing_integration_owners'],
    name: interaction.command?.name,
    interacted_message_id: interaction.message?.id,
  });
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-autocomplete */
function choicesForm(content: Json): void {
  const wrong = form();
  const at = wrong.at('data', 'choices');
  const { choices } = content;
  if (at.list(choices, 25)) {
    for (const [index, choice] of choices.entries()) {
      const one = at.at(index);
      if (!isJson(choice))
        one.fault('MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
      else {
        one.at('name').string(choice['name'], 1, 100);
        const { value } = choice;
        if (typeof value === 'string') one.at('value').string(value, 1, 100);
        else if (typeof value !== 'number') one.at('value').required(undefined);
      }
    }
  }
  wrong.end();
}
