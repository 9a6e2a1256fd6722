import { isJson, type Json, object, objects } from '../json.ts';
import type { Form } from './form.ts';

/** https://discord.com/developers/docs/components/reference */
export const componentTypes = {
  row: 1,
  button: 2,
  select: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
} as const;

const limits = {
  rows: 5,
  buttons: 5,
  customId: 100,
  label: 80,
  url: 512,
  options: 25,
  optionText: 100,
  placeholder: 150,
  /** Of the second version, counted at every depth, and all their texts together. */
  nested: 40,
  texts: 4_000,
} as const;

const selects: readonly unknown[] = [3, 5, 6, 7, 8];

/** The components of a message. Those of the second version stand alone, without content and embeds. */
export function componentsForm(at: Form, value: unknown, second: boolean): readonly Json[] {
  if (!at.list(value, second ? limits.nested : limits.rows)) return [];
  const seen = new Set<string>();
  const components = objects(value);
  for (const [index, component] of value.entries()) {
    const here = at.at(index);
    if (!isJson(component)) {
      here.fault('MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
    } else if (second) secondForm(here, component, seen);
    else if (here.at('type').choice(component['type'], [componentTypes.row])) {
      rowForm(here, component, seen);
    }
  }
  if (second) wholeForm(at, components);
  return components;
}

function wholeForm(at: Form, components: readonly Json[]): void {
  const all = components.flatMap(withBelow);
  if (all.length > limits.nested) {
    at.fault('COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED', 'The maximum number of components is 40.');
  }
  const texts = all
    .filter(({ type }) => type === componentTypes.text)
    .reduce((sum, { content }) => sum + String(content ?? '').length, 0);
  if (texts > limits.texts) {
    at.fault(
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      'The total displayable text of components exceeds 4000.',
    );
  }
}

/** A row holds up to five buttons or one select. */
export function rowForm(at: Form, row: Json, seen: Set<string>): void {
  const { components } = row;
  const list = at.at('components');
  if (!list.list(components, limits.buttons, 1)) return;
  const types = objects(components).map(({ type }) => type);
  const wide = types.filter((type) => selects.includes(type)).length;
  if (wide > 0 && types.length > 1) {
    list.fault('COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'The width of the layout is exceeded.');
  }
  for (const [index, component] of components.entries()) {
    const here = list.at(index);
    const inner = object(component);
    if (!here.at('type').choice(inner['type'], [componentTypes.button, ...selects])) continue;
    if (inner['type'] === componentTypes.button) buttonForm(here, inner, seen);
    else selectForm(here, inner, seen);
  }
}

export function buttonForm(at: Form, button: Json, seen: Set<string>): void {
  const { style, label, url, emoji } = button;
  at.at('style').choice(style, [1, 2, 3, 4, 5, 6]);
  if (label !== undefined && label !== null) at.at('label').string(label, 0, limits.label);
  if (!label && !emoji && style !== 6) {
    at.fault('BUTTON_COMPONENT_LABEL_REQUIRED', 'A label or an emoji is required.');
  }
  if (style === 5) {
    if (button['custom_id'] !== undefined) {
      at.fault(
        'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
        'A custom id and url cannot both be specified',
      );
    }
    if (at.at('url').required(url)) at.at('url').string(url, 1, limits.url);
    return;
  }
  if (url !== undefined) {
    at.fault(
      'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
      'A custom id and url cannot both be specified',
    );
  }
  customIdForm(at, button, seen);
}

export function selectForm(at: Form, select: Json, seen: Set<string>): void {
  customIdForm(at, select, seen);
  const { placeholder, min_values: min, max_values: max, options } = select;
  if (placeholder !== undefined) at.at('placeholder').string(placeholder, 0, limits.placeholder);
  if (typeof min === 'number' && (min < 0 || min > 25)) {
    at.at('min_values').fault('NUMBER_TYPE_MAX', 'int value should be between 0 and 25.');
  }
  if (typeof max === 'number' && (max < 1 || max > 25)) {
    at.at('max_values').fault('NUMBER_TYPE_MAX', 'int value should be between 1 and 25.');
  }
  if (select['type'] !== componentTypes.select) return;
  const list = at.at('options');
  if (!list.list(options, limits.options, 1)) return;
  const values = new Set<unknown>();
  for (const [index, option] of objects(options).entries()) {
    const here = list.at(index);
    here.at('label').string(option['label'], 1, limits.optionText);
    here.at('value').string(option['value'], 1, limits.optionText);
    const { description } = option;
    if (description !== undefined) here.at('description').string(description, 0, limits.optionText);
    if (values.has(option['value'])) {
      here
        .at('value')
        .fault(
          'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
          'The specified option value is already used',
        );
    }
    values.add(option['value']);
  }
  if (typeof max === 'number' && max > options.length) {
    at.at('max_values').fault(
      'SELECT_COMPONENT_MAX_VALUES_EXCEEDED',
      'More than the number of options.',
    );
  }
}

export function customIdForm(at: Form, component: Json, seen: Set<string>): void {
  const id = component['custom_id'];
  if (!at.at('custom_id').required(id)) return;
  if (!at.at('custom_id').string(id, 1, limits.customId)) return;
  if (seen.has(id)) {
    at.at('custom_id').fault(
      'COMPONENT_CUSTOM_ID_DUPLICATED',
      'Component custom id cannot be duplicated',
    );
  }
  seen.add(id);
}

function secondForm(at: Form, component: Json, seen: Set<string>): void {
  const { row, section, text, gallery, file, separator, container } = componentTypes;
  const allowed = [row, section, text, gallery, file, separator, container];
  const { type } = component;
  if (!at.at('type').choice(type, allowed)) return;
  if (type === row) rowForm(at, component, seen);
  else if (type === text) at.at('content').string(component['content'], 1, limits.texts);
  else if (type === section) sectionForm(at, component, seen);
  else if (type === container) {
    const { components } = component;
    if (!at.at('components').list(components, limits.nested, 1)) return;
    for (const [index, inner] of components.entries()) {
      secondForm(at.at('components', index), object(inner), seen);
    }
  }
}

/** One to three texts and something beside them. */
function sectionForm(at: Form, section: Json, seen: Set<string>): void {
  const { components, accessory } = section;
  if (at.at('components').list(components, 3, 1)) {
    for (const [index, inner] of components.entries()) {
      const here = at.at('components', index);
      here.at('type').choice(object(inner)['type'], [componentTypes.text]);
      here.at('content').string(object(inner)['content'], 1, limits.texts);
    }
  }
  if (!at.at('accessory').required(accessory)) return;
  const beside = object(accessory);
  const { button, thumbnail } = componentTypes;
  if (!at.at('accessory', 'type').choice(beside['type'], [button, thumbnail])) return;
  if (beside['type'] === button) buttonForm(at.at('accessory'), beside, seen);
}

/** The component and all below it. */
export function withBelow(component: Json): readonly Json[] {
  const { accessory, component: labelled } = component;
  const below = [
    ...objects(component['components']),
    ...(isJson(accessory) ? [accessory] : []),
    ...(isJson(labelled) ? [labelled] : []),
  ];
  return [component, ...below.flatMap(withBelow)];
}
