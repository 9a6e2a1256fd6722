import { compareTs, timeOf } from './ids.ts';
import { type Json, recordOf, recordsOf, textOf } from './json.ts';
import type { Channel, Message, StoredFile, Team, View } from './state.ts';

/** A message as a person reads it, in plain text: marks gone, mentions by name, buttons in square brackets. */
export function messageText(message: Message, team: Team): string {
  const shown = message.blocks.length > 0 ? blocksText(message.blocks, team) : [];
  const own = shown.length > 0 ? shown : [plain(message.text, team)];
  const attached = message.attachments.flatMap((one) => attachmentText(one, team));
  const files = message.files.map((file: StoredFile) => `(file ${file.name})`);
  return [...own, ...attached, ...files].filter((line) => line !== '').join('\n');
}

export function viewText(view: View, team: Team): string {
  const title = textOf(recordOf(view.content['title'])['text']);
  const submit = textOf(recordOf(view.content['submit'])['text']);
  const errors = Object.values(view.errors).map((error) => `! ${error}`);
  return [
    ...(title ? [title] : []),
    ...blocksText(recordsOf(view.content['blocks']), team),
    ...errors,
    ...(submit ? [`[${submit}]`] : []),
  ].join('\n');
}

/** What stands in the channel itself, oldest first; the replies below their root, indented. */
export function channelText(channel: Channel, team: Team): string {
  return channel.messages
    .filter(({ thread }) => thread === undefined)
    .map((root) => threadText(channel, root, team))
    .join('\n');
}

export function threadText(channel: Channel, root: Message, team: Team): string {
  const replies = channel.messages
    .filter(({ thread }) => thread === root.ts)
    .sort((a, b) => compareTs(a.ts, b.ts));
  return [line(root, team), ...replies.map((one) => indent(line(one, team)))].join('\n');
}

function line(message: Message, team: Team): string {
  const at = new Date(timeOf(message.ts)).toISOString().slice(11, 19);
  const edited = message.edited ? ' (edited)' : '';
  return `${at} ${nameOf(message, team)}: ${indentRest(messageText(message, team))}${edited}`;
}

function nameOf({ bot, user }: Message, team: Team): string {
  return bot?.name ?? team.users.get(user)?.name ?? user;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}

function indentRest(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

export function blocksText(blocks: readonly Json[], team: Team): readonly string[] {
  return blocks.flatMap((block) => blockText(block, team));
}

function blockText(block: Json, team: Team): readonly string[] {
  const text = objectText(block['text'], team);
  const fields = recordsOf(block['fields']).map((field) => objectText(field, team));
  const accessory = elementText(block['accessory'], team);
  const elements = recordsOf(block['elements']).map((one) => elementText(one, team));
  switch (block['type']) {
    case 'section':
      return [text, ...fields, accessory].filter((one) => one !== '');
    case 'header':
      return [text];
    case 'context':
    case 'actions':
      return [elements.filter((one) => one !== '').join(' ')];
    case 'divider':
      return ['---'];
    case 'markdown':
      return [plain(textOf(block['text']) ?? '', team)];
    case 'image':
      return [`(image ${textOf(block['alt_text']) ?? ''})`];
    case 'input':
      return [
        `${objectText(block['label'], team)}: ${elementText(block['element'], team)}`.trimEnd(),
      ];
    case 'table':
      return tableText(block, team);
    case 'rich_text':
      return [richText(block, team)];
    default:
      return text ? [text] : [];
  }
}

function tableText(block: Json, team: Team): readonly string[] {
  const rows = Array.isArray(block['rows']) ? block['rows'] : [];
  return rows.map((row) =>
    recordsOf(row)
      .map((cell) => textOf(cell['text']) ?? richText(cell, team))
      .join(' | '),
  );
}

function elementText(value: unknown, team: Team): string {
  const element = recordOf(value);
  switch (element['type']) {
    case 'button':
    case 'workflow_button':
      return `[${objectText(element['text'], team)}]`;
    case 'image':
      return `(image ${textOf(element['alt_text']) ?? ''})`;
    case 'mrkdwn':
    case 'plain_text':
      return objectText(element, team);
    case undefined:
      return '';
    default:
      return choiceText(element, team);
  }
}

/** A field or a menu: its choices, or what it asks for. */
function choiceText(element: Json, team: Team): string {
  const options = recordsOf(element['options']).map((one) => objectText(one['text'], team));
  if (options.length > 0) return `[${options.join(' / ')}]`;
  const hint = objectText(element['placeholder'], team) || textOf(element['initial_value']);
  return `[${hint ?? ''}]`;
}

function objectText(value: unknown, team: Team): string {
  const object = recordOf(value);
  const text = textOf(object['text']) ?? '';
  return object['type'] === 'mrkdwn' ? plain(text, team) : text;
}

/** One line below the other: what stands in a block, the items of a list. */
function richText(value: unknown, team: Team): string {
  const part = recordOf(value);
  const inside = recordsOf(part['elements']).map((one) => richText(one, team));
  switch (part['type']) {
    case 'rich_text':
      return inside.join('\n');
    case 'rich_text_list': {
      const margin = '  '.repeat(Number(part['indent'] ?? 0));
      return inside.map((item) => `${margin}• ${item}`).join('\n');
    }
    case 'user':
      return plain(`<@${textOf(part['user_id'])}>`, team);
    case 'usergroup':
      return plain(`<!subteam^${textOf(part['usergroup_id'])}>`, team);
    case 'broadcast':
      return `@${textOf(part['range'])}`;
    case 'date':
      return textOf(part['fallback']) ?? '';
    case 'link':
      return textOf(part['text']) ?? textOf(part['url']) ?? '';
    default:
      return textOf(part['text']) ?? inside.join('');
  }
}

function attachmentText(attachment: Json, team: Team): readonly string[] {
  const named = (name: string) => textOf(attachment[name]);
  const fields = recordsOf(attachment['fields']).map(
    (field) => `${textOf(field['title']) ?? ''}: ${plain(textOf(field['value']) ?? '', team)}`,
  );
  return [
    ...[named('pretext'), named('title'), named('text')].map((text) => plain(text ?? '', team)),
    ...fields,
    ...blocksText(recordsOf(attachment['blocks']), team),
  ].filter((text) => text !== '');
}

/** Mrkdwn without its control sequences: names for ids, the fallback of a date, the label of a link. */
export function plain(text: string, team: Team): string {
  return text
    .replaceAll(/<([^<>\n]+)>/g, (_whole, inside: string) => {
      const [head = '', ...label] = inside.split('|');
      if (head.startsWith('!date')) return label.join('|');
      if (head.startsWith('!subteam^')) {
        return `@${team.groups.get(head.slice(9))?.handle ?? head.slice(9)}`;
      }
      if (head.startsWith('!')) return `@${head.slice(1)}`;
      if (head.startsWith('@')) return `@${team.users.get(head.slice(1))?.name ?? head.slice(1)}`;
      if (head.startsWith('#'))
        return `#${team.channels.get(head.slice(1))?.name ?? head.slice(1)}`;
      return label.length > 0 ? label.join('|') : head;
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
