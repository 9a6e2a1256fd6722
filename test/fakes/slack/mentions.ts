import { type Json, recordsOf, textOf } from './json.ts';
import type { Channel, Message, Team } from './state.ts';

/** Something in a message that the platform makes live: it pings, or it leads somewhere. */
export interface Mention {
  readonly kind: 'channel' | 'here' | 'everyone' | 'subteam' | 'user' | 'room' | 'link';
  /** The id of the person, the group or the channel; the address of a link. */
  readonly target: string;
  /** As it stands in the message. */
  readonly source: string;
}

/** What notifies somebody. A link or the name of a channel does not. */
export function isPing({ kind }: Mention): boolean {
  return kind !== 'room' && kind !== 'link';
}

type What = Pick<Message, 'text' | 'blocks' | 'attachments' | 'linkNames' | 'mrkdwn'>;

/**
 * Every live mention of a message as it stands, in its text and in all that its blocks parse. Deliberately strict where the
 * published pages are silent: a code span neutralises nothing, and a text beside blocks counts although only the
 * notification shows it. https://docs.slack.dev/messaging/formatting-message-text
 */
export function liveMentions(message: What): readonly Mention[] {
  return [
    ...(message.mrkdwn ? inMrkdwn(message.text, message.linkNames) : []),
    ...message.blocks.flatMap((block) => inBlock(block, message.linkNames)),
    ...message.attachments.flatMap((one) => inAttachment(one, message.linkNames)),
  ];
}

/** The mentions that notify. */
export function livePings(message: What): readonly Mention[] {
  return liveMentions(message).filter(isPing);
}

/** Whom the platform notifies: members that can see the channel, never the author. */
export function pingedBy(
  message: What & Pick<Message, 'user' | 'visibleTo'>,
  team: Team,
  channel: Channel,
): ReadonlySet<string> {
  const people = [...channel.members].filter((id) => team.users.get(id)?.kind !== 'bot');
  const pinged = new Set<string>();
  for (const mention of livePings(message)) {
    for (const id of targetsOf(mention, team, people)) pinged.add(id);
  }
  pinged.delete(message.user);
  if (message.visibleTo === undefined) return pinged;
  return new Set([...pinged].filter((id) => id === message.visibleTo));
}

function targetsOf(
  { kind, target }: Mention,
  team: Team,
  people: readonly string[],
): readonly string[] {
  if (kind === 'channel' || kind === 'here' || kind === 'everyone') return people;
  if (kind === 'subteam') return team.groups.get(target)?.members ?? [];
  return kind === 'user' && team.users.get(target)?.kind !== 'bot' ? [target] : [];
}

const entity = /<([^<>\n]+)>/g;

/** What stands between angle brackets is control; everything else is text, and an escaped bracket is no bracket. */
export function inMrkdwn(text: string, linkNames = false): readonly Mention[] {
  const found = [...text.matchAll(entity)].flatMap((match) => entityOf(match[1] ?? '', match[0]));
  const rest = text.replaceAll(entity, ' ');
  return [...found, ...bareLinks(rest), ...(linkNames ? bareNames(rest) : [])];
}

function entityOf(inside: string, source: string): readonly Mention[] {
  const [head = ''] = inside.split('|');
  const special = /^!(channel|here|everyone|group)$/.exec(head)?.[1];
  if (special) {
    const kind = special === 'group' ? 'channel' : special;
    return kind === 'channel' || kind === 'here' || kind === 'everyone'
      ? [{ kind, target: '', source }]
      : [];
  }
  const group = /^!subteam\^(S[A-Z0-9]+)/.exec(head)?.[1];
  if (group) return [{ kind: 'subteam', target: group, source }];
  const user = /^@([UW][A-Z0-9]+)$/.exec(head)?.[1];
  if (user) return [{ kind: 'user', target: user, source }];
  const room = /^#([CGD][A-Z0-9]+)$/.exec(head)?.[1];
  if (room) return [{ kind: 'room', target: room, source }];
  // A date links where its third part says: <!date^1763607600^{date}^https://example.com|fallback>.
  const dateLink = /^!date\^[^^]*\^[^^]*\^(.+)$/.exec(head)?.[1];
  if (dateLink) return [{ kind: 'link', target: dateLink, source }];
  if (/^(https?:\/\/|mailto:|tel:|slack:\/\/)/i.test(head)) {
    return [{ kind: 'link', target: head, source }];
  }
  return [];
}

/** A bare address becomes a link all by itself. */
function bareLinks(text: string): readonly Mention[] {
  return [...text.matchAll(/(?<![\w/])https?:\/\/[^\s<>]+/gi)].map(([source]) => ({
    kind: 'link',
    target: source,
    source,
  }));
}

/** Only with `link_names` or `parse: full`. */
function bareNames(text: string): readonly Mention[] {
  return [...text.matchAll(/(?<![\w@])@(channel|here|everyone|group)\b/g)].flatMap((match) =>
    entityOf(`!${match[1]}`, match[0]),
  );
}

function inBlock(block: Json, linkNames: boolean): readonly Mention[] {
  if (block['type'] === 'markdown') return inMrkdwn(textOf(block['text']) ?? '', linkNames);
  return inValue(block, linkNames);
}

/** Every text object below, wherever the block keeps it, and the parts of rich text. */
function inValue(value: unknown, linkNames: boolean): readonly Mention[] {
  if (Array.isArray(value)) return value.flatMap((one) => inValue(one, linkNames));
  if (typeof value !== 'object' || value === null) return [];
  const record: Json = { ...value };
  if (record['type'] === 'mrkdwn') return inMrkdwn(textOf(record['text']) ?? '', linkNames);
  const rich = richMention(record);
  if (rich) return [rich];
  return Object.values(record).flatMap((one) => inValue(one, linkNames));
}

function richMention(part: Json): Mention | undefined {
  const source = JSON.stringify(part);
  const named = (name: string) => textOf(part[name]) ?? '';
  switch (part['type']) {
    case 'user':
      return { kind: 'user', target: named('user_id'), source };
    case 'usergroup':
      return { kind: 'subteam', target: named('usergroup_id'), source };
    case 'channel':
      return { kind: 'room', target: named('channel_id'), source };
    case 'link':
      return { kind: 'link', target: named('url'), source };
    case 'broadcast': {
      const range = named('range');
      const kind = range === 'here' || range === 'everyone' ? range : 'channel';
      return { kind, target: '', source };
    }
    default:
      return undefined;
  }
}

function inAttachment(attachment: Json, linkNames: boolean): readonly Mention[] {
  const texts = ['text', 'pretext', 'title', 'footer', 'author_name'].map((name) =>
    textOf(attachment[name]),
  );
  const fields = recordsOf(attachment['fields']).map((field) => textOf(field['value']));
  return [
    ...[...texts, ...fields].flatMap((text) => inMrkdwn(text ?? '', linkNames)),
    ...recordsOf(attachment['blocks']).flatMap((block) => inBlock(block, linkNames)),
  ];
}
