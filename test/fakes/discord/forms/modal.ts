import { type Json, object } from '../json.ts';
import { componentTypes, customIdForm, selectForm } from './components.ts';
import { type Form, form } from './form.ts';

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal */
const limits = {
  title: 45,
  customId: 100,
  components: 5,
  label: 45,
  description: 100,
  input: 4_000,
  placeholder: 100,
} as const;

export function modalForm(modal: Json): void {
  const wrong = form();
  const at = wrong.at('data');
  at.at('title').string(modal['title'], 1, limits.title);
  at.at('custom_id').string(modal['custom_id'], 1, limits.customId);
  const { components } = modal;
  const seen = new Set<string>();
  if (at.at('components').list(components, limits.components, 1)) {
    for (const [index, component] of components.entries()) {
      partForm(at.at('components', index), object(component), seen);
    }
  }
  wrong.end();
}

/** A row with one text input, a label with one field, or a text to read. */
function partForm(at: Form, part: Json, seen: Set<string>): void {
  const { row, label, text } = componentTypes;
  if (!at.at('type').choice(part['type'], [row, label, text])) return;
  if (part['type'] === text) return void at.at('content').string(part['content'], 1, 4_000);
  if (part['type'] === label) {
    at.at('label').string(part['label'], 1, limits.label);
    const { description } = part;
    if (description !== undefined) at.at('description').string(description, 0, limits.description);
    fieldForm(at.at('component'), object(part['component']), seen);
    return;
  }
  const { components } = part;
  if (!at.at('components').list(components, 1, 1)) return;
  const here = at.at('components', 0);
  const input = object(components[0]);
  if (!here.at('type').choice(input['type'], [componentTypes.textInput])) return;
  here.at('label').string(input['label'], 1, limits.label);
  inputForm(here, input, seen);
}

function fieldForm(at: Form, field: Json, seen: Set<string>): void {
  const {
    textInput,
    select,
    userSelect,
    roleSelect,
    mentionableSelect,
    channelSelect,
    fileUpload,
  } = componentTypes;
  const selects = [select, userSelect, roleSelect, mentionableSelect, channelSelect];
  const further = [21, 22, 23];
  const fields = [textInput, ...selects, fileUpload, ...further];
  if (!at.at('type').choice(field['type'], fields)) return;
  if (field['type'] === textInput) inputForm(at, field, seen);
  else if (selects.some((one) => one === field['type'])) selectForm(at, field, seen);
  else customIdForm(at, field, seen);
}

function inputForm(at: Form, input: Json, seen: Set<string>): void {
  customIdForm(at, input, seen);
  at.at('style').choice(input['style'], [1, 2]);
  const { value, placeholder, min_length: min, max_length: max } = input;
  if (value !== undefined && value !== null) at.at('value').string(value, 0, limits.input);
  if (placeholder !== undefined) at.at('placeholder').string(placeholder, 0, limits.placeholder);
  for (const [name, bound, least] of [
    ['min_length', min, 0],
    ['max_length', max, 1],
  ] as const) {
    if (bound === undefined) continue;
    if (typeof bound === 'number' && bound >= least && bound <= limits.input) continue;
    at.at(name).fault('NUMBER_TYPE_MAX', `int value should be between ${least} and 4000.`);
  }
}
