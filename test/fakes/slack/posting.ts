import type { Content } from './content.ts';
import { pingedBy } from './mentions.ts';
import { normalBlocks } from './normal-blocks.ts';
import type { Platform } from './platform.ts';
import { Refusal } from './refusal.ts';
import type { Bot, Channel, Message, StoredFile, Team } from './state.ts';

export interface Draft {
  readonly team: Team;
  readonly channel: Channel;
  /** Who says it: a bot, or a person by id. */
  readonly author: Bot | string;
  readonly content: Content;
  readonly thread?: string | undefined;
  readonly broadcast?: boolean;
  readonly linkNames?: boolean;
  readonly mrkdwn?: boolean;
  readonly visibleTo?: string;
  readonly subtype?: string;
  readonly files?: readonly StoredFile[];
}

/** Puts a message where everybody in the channel (or one person) sees it, and notifies whom it mentions. */
export function post(platform: Platform, draft: Draft): Message {
  const { team, channel, author, content } = draft;
  const bot = typeof author === 'string' ? undefined : author;
  const message: Message = {
    channel: channel.id,
    ts: platform.ids.ts(),
    user: bot ? bot.user : String(author),
    bot,
    subtype: draft.subtype,
    text: content.text ?? '',
    blocks: normalBlocks(platform.ids, content.blocks ?? []),
    attachments: content.attachments ?? [],
    metadata: content.metadata,
    files: draft.files ?? [],
    thread: draft.thread,
    broadcast: draft.broadcast ?? false,
    linkNames: draft.linkNames ?? false,
    mrkdwn: draft.mrkdwn ?? true,
    visibleTo: draft.visibleTo,
    edited: undefined,
    tombstone: false,
    reactions: new Map(),
    postedAt: platform.clock.now(),
    pinged: new Set(),
    versions: [content.text ?? ''],
  };
  const posted = { ...message, pinged: pingedBy(message, team, channel) };
  if (draft.visibleTo === undefined) channel.messages.push(posted);
  else channel.ephemerals.push(posted);
  platform.changed();
  return posted;
}

/** Shows something else in the place of what was there; nobody is notified. */
export function edit(platform: Platform, message: Message, content: Content): void {
  if (content.text !== undefined) message.text = content.text;
  // An update with a text and no blocks takes the blocks away.
  if (content.blocks || content.text !== undefined) {
    message.blocks = normalBlocks(platform.ids, content.blocks ?? []);
  }
  if (content.attachments) message.attachments = content.attachments;
  if (content.metadata) {
    message.metadata = Object.keys(content.metadata).length > 0 ? content.metadata : undefined;
  }
  message.edited = { user: message.user, ts: platform.ids.ts() };
  message.versions.push(message.text);
  platform.changed();
}

/** A root with replies leaves a stone behind, so that the thread stays; everything else is gone. */
export function remove(platform: Platform, channel: Channel, message: Message): void {
  const at = channel.messages.indexOf(message);
  if (at < 0) throw new Refusal('message_not_found');
  if (channel.messages.some((one) => one.thread === message.ts)) {
    message.text = 'This message was deleted.';
    message.blocks = [];
    message.attachments = [];
    message.metadata = undefined;
    message.tombstone = true;
  } else {
    channel.messages.splice(at, 1);
  }
  platform.changed();
}
