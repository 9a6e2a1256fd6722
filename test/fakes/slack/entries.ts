import { type Found, interactive, labelsOf, optionCalled, optionsOf } from './elements.ts';
import { type Json, listOf, recordOf, recordsOf, textOf } from './json.ts';
import type { View } from './state.ts';

/** What a person enters: a text, the label or value of an option, or several of them. */
export type Entry = string | readonly string[];

/** Fills the fields of a modal by action id, block id or label, as the platform lets a person do. */
export function enter(view: View, entries: Readonly<Record<string, Entry>>): void {
  const fields = fieldsOf(view);
  for (const [name, entry] of Object.entries(entries)) {
    const field = fields.find((one) => fieldNames(one).includes(name));
    if (!field) {
      const known = fields.map((one) => fieldNames(one).join(' or ')).join('; ');
      throw new Error(`The modal asks for no "${name}". It asks for: ${known}.`);
    }
    setValue(view, field, entryJson(field.element, entry));
  }
}

/** Initial values count as entered, and a field that must be filled is. */
export function complete(view: View): void {
  for (const field of fieldsOf(view)) {
    const block = textOf(field.block['block_id']) ?? '';
    const action = textOf(field.element['action_id']) ?? '';
    if (!view.state[block]?.[action]) setValue(view, field, initialOf(field.element));
    if (field.block['optional'] === true) continue;
    if (isBlank(view.state[block]?.[action])) {
      throw new Error(`The person cannot submit: "${labelOf(field)}" is still empty.`);
    }
  }
}

/** What an action on this element carries. */
export function actionJson({ element, block }: Found, value: Json): Json {
  return {
    type: element['type'],
    action_id: element['action_id'],
    block_id: block['block_id'],
    ...(element['text'] ? { text: element['text'] } : {}),
    ...(element['value'] === undefined ? {} : { value: element['value'] }),
    ...(element['style'] ? { style: element['style'] } : {}),
    ...value,
  };
}

/** Puts what was entered or chosen in the place where the platform keeps it. */
export function setValue(view: View, { element, block }: Found, value: Json): void {
  const blockId = textOf(block['block_id']) ?? '';
  const actionId = textOf(element['action_id']) ?? '';
  view.state[blockId] = {
    ...view.state[blockId],
    [actionId]: { type: element['type'], ...value },
  };
}

export function entryJson(element: Json, entry: Entry): Json {
  const type = textOf(element['type']) ?? '';
  const one = typeof entry === 'string' ? entry : (entry[0] ?? '');
  const many = typeof entry === 'string' ? [entry] : entry;
  if (type === 'static_select' || type === 'radio_buttons' || type === 'overflow') {
    return { selected_option: choice(element, one) };
  }
  if (type === 'checkboxes' || type === 'multi_static_select') {
    return { selected_options: many.map((name) => choice(element, name)) };
  }
  if (type === 'external_select') {
    return { selected_option: { text: { type: 'plain_text', text: one }, value: one } };
  }
  const selected = /^(multi_)?(users|conversations|channels)_select$/.exec(type);
  if (selected?.[1]) return { [`selected_${selected[2]}`]: many };
  if (selected?.[2]) return { [`selected_${selected[2].slice(0, -1)}`]: one };
  if (type === 'datepicker') return { selected_date: one };
  if (type === 'timepicker') return { selected_time: one };
  if (type === 'datetimepicker') return { selected_date_time: Number(one) };
  return { value: typed(element, one) };
}

function choice(element: Json, name: string): Json {
  const options = optionsOf(element);
  const found = optionCalled(options, name);
  if (!found) throw new Error(`There is no option "${name}", only: ${labelsOf(options)}.`);
  return found;
}

/** The platform lets nobody type more than the field takes, nor letters into a number. */
function typed(element: Json, text: string): string {
  const most = Number(element['max_length'] ?? 3000);
  const least = Number(element['min_length'] ?? 0);
  if (text.length > most)
    throw new Error(`The field takes ${most} characters, not ${text.length}.`);
  if (text.length < least) throw new Error(`The field needs ${least} characters.`);
  if (element['type'] !== 'number_input') return text;
  const number = Number(text);
  const low = Number(element['min_value'] ?? Number.NEGATIVE_INFINITY);
  const high = Number(element['max_value'] ?? Number.POSITIVE_INFINITY);
  const whole = element['is_decimal_allowed'] === true || Number.isInteger(number);
  if (Number.isNaN(number) || !whole || number < low || number > high) {
    throw new Error(`The field does not take ${text} as its number.`);
  }
  return text;
}

function initialOf(element: Json): Json {
  const initial = Object.entries(element).find(([name]) => name.startsWith('initial_'));
  if (!initial)
    return 'value' in element || isTyped(element) ? { value: null } : emptyChoice(element);
  const [name, value] = initial;
  if (name === 'initial_value') return { value };
  return { [name.replace('initial_', 'selected_')]: value };
}

function isTyped(element: Json): boolean {
  return /_input$/.test(textOf(element['type']) ?? '');
}

function emptyChoice(element: Json): Json {
  const several = /^(checkboxes|multi_)/.test(textOf(element['type']) ?? '');
  return several ? { selected_options: [] } : { selected_option: null };
}

function isBlank(value: Json | undefined): boolean {
  const { type: _type, ...rest } = recordOf(value);
  return Object.values(rest).every(
    (one) => one === null || one === undefined || one === '' || isEmptyList(one),
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && listOf(value).length === 0;
}

function fieldsOf(view: View): readonly Found[] {
  const inputs = recordsOf(view.content['blocks']).filter(({ type }) => type === 'input');
  return interactive(inputs);
}

function fieldNames(field: Found): readonly string[] {
  return [field.element['action_id'], field.block['block_id'], labelOf(field)]
    .map((name) => textOf(name) ?? '')
    .filter((name) => name !== '');
}

function labelOf({ block }: Found): string {
  return textOf(recordOf(block['label'])['text']) ?? '';
}
