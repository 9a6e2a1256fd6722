import { componentTypes, withBelow } from '../forms/components.ts';
import { type Json, objects, text } from '../json.ts';
import { deleteMessage } from '../messages.ts';
import { type Mentions, type Message, messageFlags } from '../model.ts';
import { fileUrl, messageJson } from '../wire.ts';
import type { World } from '../world.ts';
import { type FakeChannel, fakeChannel } from './channel.ts';
import { messageText } from './text.ts';

export interface FakeButton {
  readonly label: string;
  readonly customId: string | undefined;
  readonly url: string | undefined;
  readonly disabled: boolean;
}

export interface FakeSelect {
  readonly type: number;
  readonly customId: string;
  readonly placeholder: string;
  readonly options: readonly { readonly label: string; readonly value: string }[];
  readonly disabled: boolean;
}

export interface FakeFile {
  readonly name: string;
  /** Signed anew each time it is read, good for 24 hours. */
  readonly url: string;
  readonly bytes: Buffer;
  /** What it shows, for whoever cannot see it. */
  readonly alt: string;
}

/** A message as it stands now; every field is read from the world when it is asked. */
export interface FakeMessage {
  readonly id: string;
  readonly channel: FakeChannel;
  readonly author: string;
  readonly byBot: boolean;
  /** False once it was deleted. */
  readonly exists: boolean;
  readonly at: number;
  readonly content: string;
  readonly embeds: readonly Json[];
  readonly components: readonly Json[];
  readonly files: readonly FakeFile[];
  readonly flags: number;
  /** Ephemeral: one person sees it. */
  readonly hidden: boolean;
  /** A deferred answer that is not filled in yet: the person sees "thinking…". */
  readonly loading: boolean;
  readonly pinned: boolean;
  readonly nonce: string | number | undefined;
  /** How often it was edited. */
  readonly edits: number;
  /** Who is highlighted by it as it stands. */
  readonly mentions: Mentions;
  /** Ids that were notified when it came; `everyone` or `here`. */
  readonly pinged: readonly string[];
  readonly buttons: readonly FakeButton[];
  readonly selects: readonly FakeSelect[];
  readonly thread: FakeChannel | undefined;
  /** As a person reads it, embeds and buttons included. */
  readonly text: string;
  /** As it goes over the wire. */
  json(): Json;
  /** Somebody with the right to it deletes it. */
  delete(): void;
}

/** What a handle stands for. Handles are made anew at each look, so the message is kept beside them. */
const behind = new WeakMap<FakeMessage, Message>();

export function messageBehind(handle: FakeMessage): Message {
  const message = behind.get(handle);
  if (!message) throw new Error('this message is of another fake');
  return message;
}

export function fakeMessage(world: World, message: Message): FakeMessage {
  const handle: FakeMessage = {
    id: message.id,
    channel: fakeChannel(world, message.channel),
    author: message.author.username,
    byBot: message.author.bot,
    at: message.at,
    nonce: message.nonce,
    pinged: message.pinged,
    hidden: message.onlyFor !== undefined,
    get exists() {
      return message.channel.messages.has(message.id);
    },
    get content() {
      return message.content;
    },
    get embeds() {
      return message.embeds;
    },
    get components() {
      return message.components;
    },
    get files() {
      return message.attachments.map((file) => ({
        name: file.filename,
        url: fileUrl(world, file),
        bytes: file.bytes,
        alt: file.description ?? '',
      }));
    },
    get flags() {
      return message.flags;
    },
    get loading() {
      return (message.flags & messageFlags.loading) !== 0;
    },
    get pinned() {
      return message.pinned;
    },
    get edits() {
      return message.edits.length;
    },
    get mentions() {
      return message.mentions;
    },
    get buttons() {
      return buttonsOf(message);
    },
    get selects() {
      return selectsOf(message);
    },
    get thread() {
      return message.thread ? fakeChannel(world, message.thread) : undefined;
    },
    get text() {
      return messageText(world, message);
    },
    json: () => messageJson(world, message, { content: true }),
    delete: () => deleteMessage(world, message),
  };
  behind.set(handle, message);
  return handle;
}

export function buttonsOf(message: Message): readonly FakeButton[] {
  return message.components
    .flatMap(withBelow)
    .filter(({ type }) => type === componentTypes.button)
    .map((button) => ({
      label: text(button['label']),
      customId: text(button['custom_id']) || undefined,
      url: text(button['url']) || undefined,
      disabled: button['disabled'] === true,
    }));
}

export function selectsOf(message: Message): readonly FakeSelect[] {
  return message.components
    .flatMap(withBelow)
    .filter(({ type }) => [3, 5, 6, 7, 8].includes(Number(type)))
    .map((select) => ({
      type: Number(select['type']),
      customId: text(select['custom_id']),
      placeholder: text(select['placeholder']),
      options: objects(select['options']).map(({ label, value }) => ({
        label: text(label),
        value: text(value),
      })),
      disabled: select['disabled'] === true,
    }));
}
