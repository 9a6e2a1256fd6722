import { componentTypes } from '../forms/components.ts';
import { type Json, object, objects, text } from '../json.ts';
import { messageTypes } from '../messages.ts';
import { type Message, messageFlags } from '../model.ts';
import type { World } from '../world.ts';

/** A message as a person reads it aloud: text, embeds with a bar before them, buttons in brackets. */
export function messageText(world: World, message: Message): string {
  if ((message.flags & messageFlags.loading) !== 0) {
    return `${message.author.username} is thinking…`;
  }
  const notice = notices[message.type];
  if (notice) return notice(named(world, message.content));
  const lines = [
    ...(message.content === '' ? [] : named(world, message.content).split('\n')),
    ...message.embeds.flatMap((embed) => embedLines(world, embed)),
    ...message.components.flatMap((component) => componentLines(world, component)),
    ...message.attachments.map(({ filename }) => `<file ${filename}>`),
  ];
  return lines.join('\n');
}

/** What Discord itself says. */
const notices: Readonly<Record<number, (content: string) => string>> = {
  [messageTypes.memberAdded]: (who) => `(added ${who})`,
  [messageTypes.renamed]: (name) => `(renamed it to ${name})`,
  [messageTypes.pinned]: () => '(pinned a message)',
};

function embedLines(world: World, embed: Json): readonly string[] {
  const { title, description, footer, author } = embed;
  const lines = [
    text(object(author)['name']),
    text(title),
    ...text(description).split('\n'),
    ...objects(embed['fields']).map(
      (field) => `${text(field['name'])}: ${text(field['value']).replaceAll('\n', ' / ')}`,
    ),
    text(object(footer)['text']),
  ];
  return lines.filter((line) => line !== '').map((line) => `| ${named(world, line)}`);
}

function componentLines(world: World, component: Json): readonly string[] {
  const { type } = component;
  const below = objects(component['components']);
  if (type === componentTypes.row) return [below.map(pieceText).join(' ')];
  if (type === componentTypes.text) return named(world, text(component['content'])).split('\n');
  if (type === componentTypes.separator) return ['---'];
  const beside = component['accessory'] ? [pieceText(object(component['accessory']))] : [];
  return [...below.flatMap((inner) => componentLines(world, inner)), ...beside];
}

function pieceText(piece: Json): string {
  if (piece['type'] !== componentTypes.button)
    return `(${text(piece['placeholder']) || 'choose'} ▾)`;
  const label = text(piece['label']) || text(object(piece['emoji'])['name']);
  return piece['disabled'] === true ? `[${label}, greyed out]` : `[${label}]`;
}

/** Mentions by name, and moments as the reader's client shows them, in UTC. */
export function named(world: World, line: string): string {
  return line
    .replaceAll(/<@!?(\d+)>/g, (raw, id: string) => nameOr(world.users.get(id)?.username, raw, '@'))
    .replaceAll(/<#(\d+)>/g, (raw, id: string) => nameOr(world.channels.get(id)?.name, raw, '#'))
    .replaceAll(/<@&(\d+)>/g, (raw, id: string) => nameOr(roleName(world, id), raw, '@'))
    .replaceAll(
      /<t:(-?\d+)(?::([tTdDfFR]))?>/g,
      (_raw, seconds: string, style: string | undefined) => moment(Number(seconds) * 1_000, style),
    );
}

function nameOr(name: string | undefined, raw: string, mark: string): string {
  return name === undefined ? raw : `${mark}${name}`;
}

function roleName(world: World, id: string): string | undefined {
  return [...world.guilds.values()].map(({ roles }) => roles.get(id)?.name).find(Boolean);
}

function moment(at: number, style: string | undefined): string {
  const iso = new Date(at).toISOString();
  if (style === 't') return iso.slice(11, 16);
  if (style === 'T') return iso.slice(11, 19);
  if (style === 'd' || style === 'D') return iso.slice(0, 10);
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}
