import { isJson, strings } from '../json.ts';
import type { Form } from './form.ts';

/** https://discord.com/developers/docs/resources/message#allowed-mentions-object */
export function allowedMentionsForm(at: Form, value: unknown): void {
  if (value === undefined || value === null) return;
  if (!isJson(value)) {
    at.fault('MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
    return;
  }
  const parse = strings(value['parse']);
  if (value['parse'] !== undefined && at.at('parse').list(value['parse'], 1_000)) {
    for (const [index, kind] of parse.entries()) {
      at.at('parse', index).choice(kind, ['everyone', 'roles', 'users']);
    }
  }
  for (const kind of ['users', 'roles'] as const) {
    const listed = value[kind];
    if (listed === undefined || listed === null) continue;
    if (!at.at(kind).list(listed, 100)) continue;
    for (const [index, id] of listed.entries()) at.at(kind, index).snowflake(id);
    if (parse.includes(kind) && listed.length > 0) {
      at.fault(
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
    }
  }
}
