import { announce, announceDeletion } from './announcements.ts';
import type { Delivery } from './deliveries.ts';
import { type Found, interactive, isButton, isCalled, optionsOf } from './elements.ts';
import { actionJson, complete, type Entry, enter, entryJson, setValue } from './entries.ts';
import { tell } from './events.ts';
import { createFile, share } from './files.ts';
import {
  type Actor,
  actionOf,
  closingOf,
  commandOf,
  messageShortcutOf,
  type Place,
  submissionOf,
  suggestionOf,
} from './interactions.ts';
import { isRecord, type Json, recordOf, recordsOf, textOf } from './json.ts';
import { messageJson } from './message-json.ts';
import { post, remove } from './posting.ts';
import { messageText, viewText } from './rendering.ts';
import { respond } from './response-urls.ts';
import type { Channel, Message, View } from './state.ts';
import { closeView, createView, replaceContent } from './views.ts';

export interface Picture {
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Buffer;
  readonly text?: string;
}

/** Somewhere to look: a channel, one message (and for saying: its thread), the open modal, or App Home. */
export type Where = Channel | Message | 'modal' | 'home';

/** A person at a screen. Whatever the platform would not let a person do is thrown as a sentence. */
export interface FakePerson {
  readonly id: string;
  readonly name: string;
  /** Types a slash command. Slack knows none inside a thread: a message instead of a channel is refused. */
  types(line: string, where: Channel | Message): Promise<Delivery>;
  /** Says something in a channel or in the thread of a message; `@name` becomes a mention. */
  says(text: string, where: Channel | Message): Promise<Message>;
  /** Presses a button by its label or action id: the newest one this person sees there. */
  presses(button: string, where: Where): Promise<Delivery>;
  /** Chooses from a menu, by its action or block id. */
  chooses(option: Entry, menu: string, where: Where): Promise<Delivery>;
  /** Types into a menu that asks the app for its options; answers what it would show. */
  looksFor(typed: string, menu: string, where: Where): Promise<readonly string[]>;
  /** Fills the open modal and submits it. */
  submits(entries?: Readonly<Record<string, Entry>>): Promise<Delivery>;
  /** Closes the open modal: the topmost view, or all of them. */
  closes(what?: 'all'): Promise<Delivery | undefined>;
  /** Uses a message shortcut, by what the menu shows. */
  uses(shortcut: string, message: Message): Promise<Delivery>;
  reacts(emoji: string, message: Message): Promise<Delivery | undefined>;
  takesBack(emoji: string, message: Message): Promise<Delivery | undefined>;
  opensHome(): Promise<Delivery | undefined>;
  uploads(picture: Picture, where: Channel | Message): Promise<Message>;
  deletes(message: Message): void;
  /** What only this person was shown in a channel, as text, oldest first. */
  sees(channel: Channel): readonly string[];
  /** The open modal as text; undefined when none is open. */
  modal(): string | undefined;
  home(): string | undefined;
  view(): View | undefined;
}

export function personOf(actor: Actor, { id, name }: { id: string; name: string }): FakePerson {
  const { platform, team } = actor;

  const channelBy = (message: Message): Channel => {
    const channel = team.channels.get(message.channel);
    if (!channel) throw new Error(`No channel ${message.channel} in this workspace.`);
    return channel;
  };
  const spot = (where: Channel | Message): { channel: Channel; thread: string | undefined } =>
    'ts' in where
      ? { channel: channelBy(where), thread: where.thread ?? where.ts }
      : { channel: where, thread: undefined };
  const topView = () => team.modals.get(id)?.at(-1);

  function mustBeIn(channel: Channel): void {
    if (!channel.members.has(id)) throw new Error(`${name} is not in #${channel.name}.`);
    if (channel.archived)
      throw new Error(`#${channel.name} is archived: nobody says anything there.`);
  }

  /** Newest first: what this person can look at there. */
  function placesIn(where: Where): readonly Place[] {
    if (where === 'modal' || where === 'home') {
      const view = where === 'modal' ? topView() : team.homes.get(id);
      return view ? [{ view }] : [];
    }
    if ('ts' in where) return [{ channel: channelBy(where), message: where }];
    return [...where.messages, ...where.ephemerals.filter((one) => one.visibleTo === id)]
      .toSorted((a, b) => (a.ts < b.ts ? 1 : -1))
      .map((message) => ({ channel: where, message }));
  }

  function find(
    what: string,
    where: Where,
    fits: (found: Found) => boolean,
  ): Found & { place: Place } {
    const places = placesIn(where);
    for (const place of places) {
      const found = interactive(blocksOf(place)).find(fits);
      if (found) return { ...found, place };
    }
    const shown = places.flatMap((place) => interactive(blocksOf(place)));
    const labels = shown.map(
      ({ element }) => textOf(recordOf(element['text'])['text']) ?? element['action_id'],
    );
    throw new Error(`${name} sees no "${what}" there, only: ${labels.join(', ') || 'nothing'}.`);
  }

  async function act(
    { place, ...found }: Found & { place: Place },
    value: Json,
  ): Promise<Delivery> {
    return actionOf(actor, place, actionJson(found, value));
  }

  async function says(text: string, where: Channel | Message): Promise<Message> {
    const { channel, thread } = spot(where);
    mustBeIn(channel);
    const written = withMentions(text, team.users.values());
    const message = post(platform, {
      team,
      channel,
      author: id,
      content: { text: written, blocks: undefined, attachments: undefined, metadata: undefined },
      thread,
    });
    await Promise.all(announce({ platform, team, channel }, message));
    return message;
  }

  return {
    id,
    name,
    says,
    async types(line, where) {
      const { channel, thread } = spot(where);
      mustBeIn(channel);
      const [command = ''] = line.split(/\s/);
      if (thread) throw new Error(`${command} is not supported in threads. Sorry!`);
      if (!platform.app.commands.includes(command))
        throw new Error(`${command} is not a valid command.`);
      const delivery = await commandOf(actor, line, channel);
      const origin = { team, channel, user: id, message: undefined };
      const answer =
        typeof delivery.answer === 'string' ? { text: delivery.answer } : delivery.answer;
      if (isRecord(answer) && Object.keys(answer).length > 0) respond(platform, origin, answer);
      return delivery;
    },
    async presses(button, where) {
      const found = find(button, where, (one) => isButton(one.element) && isCalled(one, button));
      return act(found, {});
    },
    async chooses(option, menu, where) {
      const found = find(menu, where, (one) => !isButton(one.element) && isCalled(one, menu));
      const value = entryJson(found.element, option);
      if ('view' in found.place) setValue(found.place.view, found, value);
      return act(found, value);
    },
    async looksFor(typed, menu, where) {
      const { place, element, block } = find(menu, where, (one) => isCalled(one, menu));
      const delivery = await suggestionOf(actor, place, {
        action: textOf(element['action_id']) ?? '',
        block: textOf(block['block_id']) ?? '',
        value: typed,
      });
      return optionsOf(recordOf(delivery.answer)).map((option) =>
        String(recordOf(option['text'])['text']),
      );
    },
    async submits(entries = {}) {
      const view = topView();
      if (!view) throw new Error(`${name} has no modal open.`);
      enter(view, entries);
      complete(view);
      view.errors = {};
      const delivery = await submissionOf(actor, view);
      if (delivery.acked) follow(actor, view, recordOf(delivery.answer));
      return delivery;
    },
    async closes(what) {
      const view = topView();
      if (!view) throw new Error(`${name} has no modal open.`);
      const stack = team.modals.get(id) ?? [];
      closeView(team, what === 'all' ? (stack[0] ?? view) : view);
      if (view.content['notify_on_close'] !== true) return undefined;
      return closingOf(actor, view, what === 'all');
    },
    async uses(shortcut, message) {
      const callback = platform.app.shortcuts[shortcut];
      if (!callback) throw new Error(`The menu of the message shows no "${shortcut}".`);
      return messageShortcutOf(actor, callback, { channel: channelBy(message), message });
    },
    async reacts(emoji, message) {
      const users = message.reactions.get(emoji) ?? new Set<string>();
      message.reactions.set(emoji, users.add(id));
      return tellReaction(actor, 'reaction_added', emoji, message);
    },
    async takesBack(emoji, message) {
      message.reactions.get(emoji)?.delete(id);
      if (message.reactions.get(emoji)?.size === 0) message.reactions.delete(emoji);
      return tellReaction(actor, 'reaction_removed', emoji, message);
    },
    async opensHome() {
      const view = team.homes.get(id);
      return tell(platform, {
        team,
        name: 'app_home_opened',
        event: {
          type: 'app_home_opened',
          user: id,
          tab: 'home',
          channel: '',
          ...(view ? { view: { id: view.id, hash: view.hash, type: 'home' } } : {}),
        },
      });
    },
    async uploads(picture, where) {
      const { channel, thread } = spot(where);
      mustBeIn(channel);
      const { text = '', bytes, ...rest } = picture;
      const draft = { ...rest, bytes, user: id, length: bytes.length };
      const file = createFile(platform, team, draft);
      const message = share(platform, [file], { team, channel, author: id, thread, text });
      await Promise.all(announce({ platform, team, channel }, message));
      return message;
    },
    deletes(message) {
      const channel = channelBy(message);
      const before = messageJson(message, { team, channel });
      remove(platform, channel, message);
      announceDeletion({ platform, team, channel }, message, before);
    },
    sees: (channel) =>
      channel.ephemerals.filter((one) => one.visibleTo === id).map((one) => messageText(one, team)),
    modal: () => {
      const view = topView();
      return view && viewText(view, team);
    },
    home: () => {
      const view = team.homes.get(id);
      return view && viewText(view, team);
    },
    view: topView,
  };
}

function blocksOf(place: Place): readonly Json[] {
  if ('view' in place) return recordsOf(place.view.content['blocks']);
  const attached = place.message.attachments.flatMap((one) => recordsOf(one['blocks']));
  return [...place.message.blocks, ...attached];
}

/** What a client does with `@ana` when a person writes it; whoever has no such name is left as text. */
function withMentions(text: string, users: Iterable<{ id: string; name: string }>): string {
  let written = text;
  for (const { id, name } of users) {
    written = written.replaceAll(new RegExp(`@${name}(?![\\w-])`, 'g'), `<@${id}>`);
  }
  return written;
}

async function tellReaction(
  { platform, team, user }: Actor,
  type: 'reaction_added' | 'reaction_removed',
  emoji: string,
  message: Message,
): Promise<Delivery | undefined> {
  const channel = team.channels.get(message.channel);
  if (!channel?.members.has(team.bot.user)) return undefined;
  return tell(platform, {
    team,
    channel,
    name: type,
    event: {
      type,
      user: user.id,
      reaction: emoji,
      item_user: message.user,
      item: { type: 'message', channel: message.channel, ts: message.ts },
    },
  });
}

/** What the platform does with the answer to a submission. */
function follow(actor: Actor, view: View, answer: Json): void {
  const { platform, team } = actor;
  const next = recordOf(answer['view']);
  switch (answer['response_action']) {
    case 'errors': {
      const said = Object.entries(recordOf(answer['errors'])).map(([block, text]) => [
        block,
        String(text),
      ]);
      view.errors = Object.fromEntries(said);
      return;
    }
    case 'update':
      replaceContent(platform, view, next);
      return;
    case 'push': {
      const stack = team.modals.get(view.user) ?? [];
      stack.push(createView(actor, { user: view.user, content: next, below: view }));
      return;
    }
    case 'clear':
      closeView(team, (team.modals.get(view.user) ?? [])[0] ?? view);
      return;
    default:
      closeView(team, view);
  }
}
