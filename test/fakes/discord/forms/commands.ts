import { compact, type Json, object, objects, text } from '../json.ts';
import { type Form, form } from './form.ts';

/** https://discord.com/developers/docs/interactions/application-commands#application-command-object */
const limits = {
  chatInput: 100,
  /** User and message commands, each: 15 since March 2026. */
  context: 15,
  description: 100,
  options: 25,
  choices: 25,
  choice: 100,
  total: 8_000,
} as const;

const kinds = { subcommand: 1, group: 2, string: 3, integer: 4, number: 10 } as const;
const chatName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** Every command of a bulk overwrite, with its defaults written out. */
export function commandsForm(value: unknown): readonly Json[] {
  const wrong = form();
  if (!wrong.list(value, limits.chatInput + 2 * limits.context)) wrong.end();
  const commands = objects(value);
  const seen = new Set<string>();
  for (const [index, command] of commands.entries()) {
    const at = wrong.at(index);
    oneForm(at, command);
    const key = `${typeOf(command)} ${text(command['name'])}`;
    if (seen.has(key)) {
      at.fault('APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique');
    }
    seen.add(key);
  }
  for (const [type, most] of [
    [1, limits.chatInput],
    [2, limits.context],
    [3, limits.context],
  ] as const) {
    if (commands.filter((one) => typeOf(one) === type).length <= most) continue;
    wrong.fault('APPLICATION_COMMAND_MAX_COMMANDS', `At most ${most} commands of type ${type}.`);
  }
  wrong.end();
  return commands.map(withDefaults);
}

export function commandForm(value: unknown): Json {
  const wrong = form();
  const command = object(value);
  oneForm(wrong, command);
  wrong.end();
  return withDefaults(command);
}

function oneForm(at: Form, command: Json): void {
  const type = typeOf(command);
  if (!at.at('type').choice(type, [1, 2, 3])) return;
  if (type !== 1) {
    at.at('name').string(command['name'], 1, 32);
    if (text(command['description']) !== '') {
      at.at('description').fault(
        'APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED',
        'Context menu commands have no description',
      );
    }
    return;
  }
  nameForm(at.at('name'), command['name']);
  if (at.at('description').required(command['description'])) {
    at.at('description').string(command['description'], 1, limits.description);
  }
  optionsForm(at.at('options'), command['options'] ?? [], 0);
  if (sizeOf(command) > limits.total) {
    at.fault('APPLICATION_COMMAND_TOO_LARGE', 'Command exceeds maximum size (8000)');
  }
}

function nameForm(at: Form, value: unknown): void {
  if (!at.required(value) || !at.string(value, 1, 32)) return;
  if (!chatName.test(value) || value !== value.toLowerCase()) {
    at.fault('APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  }
}

/** Subcommands stand alone, groups hold only subcommands, and required options come first. */
function optionsForm(at: Form, value: unknown, depth: number): void {
  if (!at.list(value, limits.options)) return;
  const options = objects(value);
  const nested = options.filter((one) => isNested(one)).length;
  if (nested > 0 && nested < options.length) {
    at.fault(
      'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      'Sub-command and sub-command group option types are mutually exclusive to all other types',
    );
  }
  const seen = new Set<unknown>();
  let optional = false;
  for (const [index, option] of options.entries()) {
    const here = at.at(index);
    optionForm(here, option, depth);
    if (seen.has(option['name'])) {
      here
        .at('name')
        .fault('APPLICATION_COMMAND_OPTIONS_NAME_INVALID', 'Option names must be unique');
    }
    seen.add(option['name']);
    if (option['required'] === true && optional) {
      here.fault(
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required options',
      );
    }
    if (option['required'] !== true) optional = true;
  }
}

function optionForm(at: Form, option: Json, depth: number): void {
  const { type } = option;
  if (!at.at('type').choice(type, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])) return;
  nameForm(at.at('name'), option['name']);
  at.at('description').string(option['description'], 1, limits.description);
  if (isNested(option)) {
    const tooDeep = type === kinds.group ? depth > 0 : depth > 1;
    if (tooDeep)
      at.at('type').fault('APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Nested too deeply');
    optionsForm(at.at('options'), option['options'] ?? [], type === kinds.group ? 1 : 2);
    return;
  }
  const { choices, autocomplete } = option;
  if (choices === undefined || choices === null) return;
  if (autocomplete === true && objects(choices).length > 0) {
    at.at('choices').fault(
      'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES',
      'Choices and autocomplete are mutually exclusive',
    );
  }
  if (!at.at('choices').list(choices, limits.choices)) return;
  for (const [index, choice] of objects(choices).entries()) {
    choiceForm(at.at('choices', index), choice, type === kinds.string);
  }
}

function choiceForm(at: Form, choice: Json, words: boolean): void {
  at.at('name').string(choice['name'], 1, limits.choice);
  if (words) at.at('value').string(choice['value'], 1, limits.choice);
  else if (typeof choice['value'] !== 'number') {
    at.at('value').fault('NUMBER_TYPE_COERCE', 'Value is not a number.');
  }
}

/** Names, descriptions and values of the command, its options, subcommands and choices. */
function sizeOf(part: Json): number {
  const own = [part['name'], part['description'], part['value']];
  const below = [...objects(part['options']), ...objects(part['choices'])];
  return (
    own.reduce<number>((sum, one) => sum + text(one).length, 0) +
    below.reduce((sum, one) => sum + sizeOf(one), 0)
  );
}

function typeOf(command: Json): unknown {
  return command['type'] ?? 1;
}

function isNested({ type }: Json): boolean {
  return type === kinds.subcommand || type === kinds.group;
}

function withDefaults(command: Json): Json {
  return {
    ...compact(command),
    type: typeOf(command),
    description: text(command['description']),
    name_localizations: command['name_localizations'] ?? null,
    description_localizations: command['description_localizations'] ?? null,
    options: objects(command['options']),
    default_member_permissions: command['default_member_permissions'] ?? null,
    dm_permission: command['dm_permission'] ?? true,
    contexts: command['contexts'] ?? null,
    integration_types: command['integration_types'] ?? [0],
    nsfw: command['nsfw'] === true,
  };
}
