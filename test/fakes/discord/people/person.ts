import { directChannel } from '../channels.ts';
import { componentTypes, withBelow } from '../forms/components.ts';
import { interact, interactionTypes } from '../interaction.ts';
import { type Json, object, objects } from '../json.ts';
import { wholeAllowance } from '../mentions.ts';
import { deleteMessage, editMessage, postMessage } from '../messages.ts';
import type { Attachment, Channel, Command, Guild, Message, User } from '../model.ts';
import { guildPermissions, may } from '../permissions.ts';
import { addReaction } from '../reactions.ts';
import { commandsIn } from '../registry.ts';
import type { World } from '../world.ts';
import { type Asked, asked, interactionBehind, modalOf } from './asked.ts';
import { channelBehind, type FakeChannel, fakeChannel } from './channel.ts';
import { buttonsOf, type FakeMessage, fakeMessage, messageBehind, selectsOf } from './message.ts';
import {
  commandDetails,
  type LocalFile,
  messageCommandDetails,
  type OptionValues,
} from './options.ts';
import { interactionJson } from './payload.ts';

/** A person at his client. What that client would not let him do is an error of the test. */
export interface FakePerson {
  readonly id: string;
  readonly name: string;
  readonly mention: string;
  /** `/ops status` with its options, as he picked it from the list of what is registered. */
  uses(where: FakeChannel, command: string, options?: OptionValues): Asked;
  /** Asks for completions of one option while he types. */
  completes(
    where: FakeChannel,
    command: string,
    typing: { readonly [option: string]: string },
  ): Asked;
  /** Presses the button with this label on a message, or on the newest that has it in a channel. */
  presses(where: FakeMessage | FakeChannel, label: string): Asked;
  /** Picks from the select that offers these labels, or, from a select of people or roles, those with an id. */
  picks(
    where: FakeMessage | FakeChannel,
    ...labels: readonly (string | { readonly id: string })[]
  ): Asked;
  /** Fills in a modal that he was shown, by label or custom id, and sends it off. */
  submits(opened: Asked, values: Readonly<Record<string, string>>): Asked;
  /** Chooses a command from the menu of a message. */
  chooses(message: FakeMessage, command: string): Asked;
  says(
    where: FakeChannel,
    text: string,
    more?: { readonly files?: readonly LocalFile[]; readonly answers?: FakeMessage },
  ): FakeMessage;
  edits(message: FakeMessage, text: string): void;
  deletes(message: FakeMessage): void;
  reacts(message: FakeMessage, emoji: string): void;
  /** What he has before his eyes there, what only he sees included. */
  reads(where: FakeChannel): string;
  /** The direct channel between him and the bot. */
  direct(): FakeChannel;
  /** From now on he takes no messages from the bot. */
  closesDirectMessages(): void;
}

export function fakePerson(world: World, user: User): FakePerson {
  const mayNot = (what: string): Error => new Error(`${user.username} cannot ${what}`);

  function enter(where: FakeChannel): Channel {
    const channel = channelBehind(where);
    if (!world.channels.has(channel.id)) throw mayNot(`enter #${channel.name}: it is gone`);
    if (channel.recipient && channel.recipient !== user) throw mayNot('read what others were told');
    if (!may(channel, user.id, 'viewChannel')) throw mayNot(`see #${channel.name}`);
    return channel;
  }

  function see(message: Message): void {
    const { channel, onlyFor } = message;
    if (!may(channel, user.id, 'viewChannel')) throw mayNot(`see #${channel.name}`);
    if (onlyFor !== undefined && onlyFor !== user.id) throw mayNot('see that message');
    if (channel.messages.get(message.id) !== message) throw mayNot('see a deleted message');
  }

  /** The message itself, or the newest in the channel that fits. */
  function find(
    where: FakeMessage | FakeChannel,
    fits: (message: Message) => boolean,
  ): Message | undefined {
    if ('byBot' in where) {
      const message = messageBehind(where);
      see(message);
      return fits(message) ? message : undefined;
    }
    return [...enter(where).messages.values()]
      .filter(({ onlyFor }) => onlyFor === undefined || onlyFor === user.id)
      .reverse()
      .find(fits);
  }

  function command(channel: Channel, type: number, name: string): Command {
    if (channel.thread?.archived) throw mayNot('use a command in an archived thread');
    if (!may(channel, user.id, 'useApplicationCommands')) throw mayNot('use commands here');
    const known = commandsIn(world, channel.guild).filter((one) => one.type === type);
    const found = known.find((one) => one.name === name);
    if (!found) {
      throw mayNot(
        `use ${name}: registered are ${known.map((one) => one.name).join(', ') || 'none'}`,
      );
    }
    if (!isShownTo(found, channel.guild, user))
      throw mayNot(`see ${name}: his permissions hide it`);
    return found;
  }

  function line(
    where: FakeChannel,
    typed: string,
    given: { values: OptionValues; focused?: string },
  ): Asked {
    const channel = enter(where);
    const [name = '', ...words] = typed.replace(/^\//, '').split(/\s+/);
    const chosen = command(channel, 1, name);
    const details = commandDetails(world, channel, {
      command: chosen,
      words,
      values: given.values,
      focused: given.focused,
      store: (file) => storeFile(world, channel, file),
    });
    const type =
      given.focused === undefined ? interactionTypes.command : interactionTypes.autocomplete;
    const verb = given.focused === undefined ? 'uses' : 'completes';
    const interaction = interact(world, {
      type,
      user,
      channel,
      deed: `${user.username} ${verb} /${typed.replace(/^\//, '')}`,
      payload: interactionJson(world, { type, user, channel, details }),
      command: chosen,
    });
    return asked(world, interaction);
  }

  function component(message: Message, details: Json, deed: string): Asked {
    const { channel } = message;
    const type = interactionTypes.component;
    const payload = interactionJson(world, { type, user, channel, details, message });
    return asked(world, interact(world, { type, user, channel, deed, payload, message }));
  }

  function presses(where: FakeMessage | FakeChannel, label: string): Asked {
    const message = find(where, (one) => buttonsOf(one).some((button) => button.label === label));
    const button = message && buttonsOf(message).find((one) => one.label === label);
    if (!message || !button) throw mayNot(`press ${label}: there is no such button`);
    if (button.disabled) throw mayNot(`press ${label}: it is greyed out`);
    if (button.customId === undefined)
      throw mayNot(`press ${label}: it is a link to ${button.url}`);
    const details = { component_type: componentTypes.button, custom_id: button.customId, id: 1 };
    return component(message, details, `${user.username} presses ${label}`);
  }

  function picks(
    where: FakeMessage | FakeChannel,
    ...labels: readonly (string | { readonly id: string })[]
  ): Asked {
    const offers = (message: Message) =>
      selectsOf(message).find((select) =>
        labels.every((one) =>
          typeof one === 'string'
            ? select.options.some(({ label }) => label === one)
            : select.type !== componentTypes.select,
        ),
      );
    const message = find(where, (one) => offers(one) !== undefined);
    const select = message && offers(message);
    if (!message || !select) throw mayNot(`pick ${labels.join(', ')}: no menu offers that`);
    if (select.disabled) throw mayNot(`pick from ${select.placeholder}: it is greyed out`);
    const values = labels.map((one) =>
      typeof one === 'string' ? select.options.find(({ label }) => label === one)?.value : one.id,
    );
    const details = { component_type: select.type, custom_id: select.customId, id: 1, values };
    return component(message, details, `${user.username} picks ${labels.join(', ')}`);
  }

  function submits(opened: Asked, values: Readonly<Record<string, string>>): Asked {
    const { answer, message, channel } = interactionBehind(opened);
    const modal = object(answer?.body['data']);
    if (!opened.modal) throw mayNot('submit: no modal is open');
    const { fields, title } = modalOf(modal);
    for (const name of Object.keys(values)) {
      if (!fields.some(({ customId, label }) => customId === name || label === name)) {
        throw mayNot(
          `fill in ${name}: ${title} has ${fields.map(({ label }) => label).join(', ')}`,
        );
      }
    }
    const filled = new Map<string, string>();
    for (const field of fields) {
      const value = values[field.customId] ?? values[field.label] ?? field.value;
      const missing = field.required && value === '';
      const short = value !== '' && value.length < field.minLength;
      if (missing || short || value.length > field.maxLength) {
        throw mayNot(`send ${title} with ${field.label} of ${value.length} characters`);
      }
      filled.set(field.customId, value);
    }
    const type = interactionTypes.modal;
    const components = objects(modal['components']).map((part, index) =>
      sentPart(part, index, filled),
    );
    const details = { custom_id: modal['custom_id'], components };
    const payload = interactionJson(world, { type, user, channel, details, message });
    const deed = `${user.username} submits ${title}`;
    return asked(world, interact(world, { type, user, channel, deed, payload, message }));
  }

  function chooses(handle: FakeMessage, name: string): Asked {
    const target = messageBehind(handle);
    see(target);
    const { channel } = target;
    const chosen = command(channel, 3, name);
    const type = interactionTypes.command;
    const details = messageCommandDetails(world, chosen, target);
    const payload = interactionJson(world, { type, user, channel, details });
    const deed = `${user.username} chooses ${name}`;
    return asked(world, interact(world, { type, user, channel, deed, payload, command: chosen }));
  }

  function says(
    where: FakeChannel,
    content: string,
    more: { readonly files?: readonly LocalFile[]; readonly answers?: FakeMessage } = {},
  ): FakeMessage {
    const channel = enter(where);
    const right = channel.thread ? 'sendMessagesInThreads' : 'sendMessages';
    if (!may(channel, user.id, right)) throw mayNot(`write in #${channel.name}`);
    if (channel.thread?.locked && !may(channel, user.id, 'manageThreads')) {
      throw mayNot(`write in #${channel.name}: it is locked`);
    }
    if (content.length > 2_000) throw mayNot('write more than 2000 characters');
    const message = postMessage(world, {
      channel,
      author: user,
      content,
      allowed: wholeAllowance,
      attachments: (more.files ?? []).map((file) => storeFile(world, channel, file)),
      answers: more.answers ? messageBehind(more.answers) : undefined,
    });
    return fakeMessage(world, message);
  }

  return {
    id: user.id,
    name: user.username,
    mention: `<@${user.id}>`,
    uses: (where, typed, values = {}) => line(where, typed, { values }),
    completes(where, typed, typing) {
      const focused = Object.keys(typing).at(-1);
      if (focused === undefined) throw mayNot('complete nothing');
      return line(where, typed, { values: typing, focused });
    },
    presses,
    picks,
    submits,
    chooses,
    says,
    edits(handle, text) {
      const message = messageBehind(handle);
      if (message.author !== user) throw mayNot('edit what others wrote');
      editMessage(world, message, { changes: { content: text }, allowed: wholeAllowance });
    },
    deletes(handle) {
      const message = messageBehind(handle);
      see(message);
      if (message.author !== user && !may(message.channel, user.id, 'manageMessages')) {
        throw mayNot('delete what others wrote');
      }
      deleteMessage(world, message);
    },
    reacts(handle, emoji) {
      const message = messageBehind(handle);
      see(message);
      if (!may(message.channel, user.id, 'addReactions')) throw mayNot('react here');
      addReaction(world, message, { emoji, user });
    },
    reads: (where) => fakeChannel(world, enter(where)).transcript({ id: user.id }),
    direct: () => fakeChannel(world, directChannel(world, user)),
    closesDirectMessages() {
      user.takesDirectMessages = false;
    },
  };
}

/** Commands hidden by default from who lacks the permissions: https://discord.com/developers/docs/interactions/application-commands#permissions */
function isShownTo(command: Command, guild: Guild | undefined, user: User): boolean {
  const wanted = command.declared['default_member_permissions'];
  if (!guild || typeof wanted !== 'string') return true;
  const bits = BigInt(wanted);
  const mine = guildPermissions(guild, user.id);
  if ((mine & 8n) !== 0n) return true;
  return bits !== 0n && (mine & bits) === bits;
}

/** One part of a modal as it is sent back: the fields with their values, nothing of how they looked. */
function sentPart(part: Json, index: number, filled: ReadonlyMap<string, string>): Json {
  const sent = withBelow(part)
    .filter((inner) => inner['custom_id'] !== undefined)
    .map((field) => {
      const id = String(field['custom_id']);
      const value = filled.get(id) ?? '';
      const own = { type: field['type'], custom_id: id, id: 2 * index + 2 };
      if (field['type'] === componentTypes.textInput) return { ...own, value };
      return { ...own, values: value === '' ? [] : value.split(',') };
    });
  const id = 2 * index + 1;
  if (part['type'] === componentTypes.label) return { type: part['type'], id, component: sent[0] };
  return { type: part['type'], id, components: sent };
}

function storeFile(world: World, channel: Channel, file: LocalFile): Attachment {
  const attachment: Attachment = {
    id: world.nextId(),
    filename: file.name,
    description: undefined,
    contentType: file.contentType ?? 'application/octet-stream',
    bytes: Buffer.from(file.bytes),
    channelId: channel.id,
    ephemeral: false,
  };
  world.attachments.set(attachment.id, attachment);
  return attachment;
}
