import { isJson, type Json, object, objects, text } from '../json.ts';
import type { Form } from './form.ts';

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const limits = {
  embeds: 10,
  total: 6_000,
  title: 256,
  description: 4_096,
  fields: 25,
  fieldName: 256,
  fieldValue: 1_024,
  footer: 2_048,
  author: 256,
  url: 2_048,
} as const;

export function embedsForm(at: Form, value: unknown): readonly Json[] {
  if (!at.list(value, limits.embeds)) return [];
  for (const [index, embed] of value.entries()) {
    if (isJson(embed)) embedForm(at.at(index), embed);
    else at.at(index).fault('MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
  }
  const embeds = objects(value);
  const total = embeds.reduce((sum, embed) => sum + lengthOf(embed), 0);
  if (total > limits.total) {
    at.fault('MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000');
  }
  return embeds.map(stored);
}

function embedForm(at: Form, embed: Json): void {
  optional(at.at('title'), embed['title'], limits.title);
  optional(at.at('description'), embed['description'], limits.description);
  optional(at.at('footer', 'text'), object(embed['footer'])['text'], limits.footer);
  optional(at.at('author', 'name'), object(embed['author'])['name'], limits.author);
  address(at.at('url'), embed['url'], ['http', 'https']);
  address(at.at('image', 'url'), object(embed['image'])['url'], ['http', 'https', 'attachment']);
  address(at.at('thumbnail', 'url'), object(embed['thumbnail'])['url'], [
    'http',
    'https',
    'attachment',
  ]);
  const { color, timestamp, fields } = embed;
  if (typeof color === 'number' && (color < 0 || color > 0xff_ff_ff)) {
    at.at('color').fault('NUMBER_TYPE_MAX', 'int value should be less than or equal to 16777215.');
  }
  if (typeof timestamp === 'string' && Number.isNaN(Date.parse(timestamp))) {
    at.at('timestamp').fault(
      'DATE_TIME_TYPE_PARSE',
      `Could not parse ${timestamp}. Should be ISO8601.`,
    );
  }
  if (fields === undefined || fields === null || !at.at('fields').list(fields, limits.fields))
    return;
  for (const [index, field] of fields.entries()) {
    at.at('fields', index, 'name').string(trimmed(object(field)['name']), 1, limits.fieldName);
    at.at('fields', index, 'value').string(trimmed(object(field)['value']), 1, limits.fieldValue);
  }
}

function optional(at: Form, value: unknown, max: number): void {
  if (value !== undefined && value !== null) at.string(value, 0, max);
}

function address(at: Form, value: unknown, schemes: readonly string[]): void {
  if (value === undefined || value === null) return;
  if (!at.string(value, 0, limits.url)) return;
  const scheme = /^([a-z]+):\/\/./.exec(value)?.[1] ?? '';
  if (schemes.includes(scheme)) return;
  if (!value.includes('://')) at.fault('URL_TYPE_INVALID_URL', 'Not a well formed URL.');
  else {
    const names = schemes.map((one) => `'${one}'`).join(', ');
    at.fault(
      'URL_TYPE_INVALID_SCHEME',
      `"${scheme}" is not supported. Scheme must be one of (${names}).`,
    );
  }
}

/** Counted over title, description, names and values of fields, footer and author's name. */
function lengthOf(embed: Json): number {
  const fields = objects(embed['fields']).flatMap((field) => [field['name'], field['value']]);
  const parts = [
    embed['title'],
    embed['description'],
    object(embed['footer'])['text'],
    object(embed['author'])['name'],
    ...fields,
  ];
  return parts.reduce<number>((sum, part) => sum + text(part).trim().length, 0);
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

/** Embeds of a bot are of type `rich`, and fields stand one below the other unless they say otherwise. */
function stored(embed: Json): Json {
  const { fields, ...rest } = embed;
  const kept = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined);
  const list = objects(fields).map((field) => ({
    name: text(field['name']).trim(),
    value: text(field['value']).trim(),
    inline: field['inline'] === true,
  }));
  return {
    type: 'rich',
    ...Object.fromEntries(kept),
    ...(list.length > 0 ? { fields: list } : {}),
  };
}
