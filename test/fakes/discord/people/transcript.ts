import { messageTypes } from '../messages.ts';
import type { Channel, Message } from '../model.ts';
import { threadsOf } from '../threads.ts';
import type { World } from '../world.ts';
import { messageText } from './text.ts';

/** System messages that say only that a thread began. */
const systemTypes: readonly number[] = [messageTypes.threadCreated, messageTypes.threadStarter];

/**
 * A channel read aloud, its threads below the messages they started from:
 *
 *     #ops
 *     03:05 Tocsin: CRITICAL checkout …
 *           | embed, line by line
 *           [Acknowledge] [Resolve]
 *         thread "checkout", archived
 *         03:07 ana: looking
 */
export function transcriptOf(world: World, channel: Channel, seenBy: string | undefined): string {
  return lines(world, channel, seenBy).join('\n');
}

function lines(world: World, channel: Channel, seenBy: string | undefined): readonly string[] {
  const threads = threadsOf(world, channel);
  const seen = [...channel.messages.values()]
    .filter(({ onlyFor }) => onlyFor === undefined || onlyFor === seenBy)
    .filter(({ type }) => !systemTypes.includes(type));
  const started = new Set(seen.flatMap(({ thread }) => thread ?? []));
  const below = (thread: Channel) => indent(lines(world, thread, seenBy));
  return [
    titleOf(channel),
    ...seen.flatMap((message) => [
      ...said(world, message),
      ...(message.thread ? below(message.thread) : []),
    ]),
    ...threads.filter((thread) => !started.has(thread)).flatMap(below),
  ];
}

function titleOf({ name, thread, recipient }: Channel): string {
  if (recipient) return `direct messages with ${recipient.username}`;
  if (!thread) return `#${name}`;
  const marks = [thread.archived ? 'archived' : '', thread.locked ? 'locked' : ''].filter(Boolean);
  return [`thread "${name}"`, ...marks].join(', ');
}

function said(world: World, message: Message): readonly string[] {
  const time = new Date(message.at).toISOString().slice(11, 16);
  const [first = '', ...rest] = messageText(world, message).split('\n');
  const hidden = message.onlyFor
    ? ` (only ${world.users.get(message.onlyFor)?.username ?? 'one person'} sees it)`
    : '';
  const pinned = message.pinned ? ' 📌' : '';
  return [
    `${time} ${message.author.username}${hidden}${pinned}: ${first}`,
    ...rest.map((line) => `      ${line}`),
  ];
}

function indent(below: readonly string[]): readonly string[] {
  return below.map((line) => `    ${line}`);
}
