import { type Json, objects, text } from '../json.ts';
import type { Attachment, Channel, Command, Message } from '../model.ts';
import {
  attachmentJson,
  channelJson,
  memberJson,
  messageJson,
  roleJson,
  userJson,
} from '../wire.ts';
import type { World } from '../world.ts';

/** A file as a person has it on his machine. */
export interface LocalFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string;
}

/** What stands behind the name of an option: a word, a number, or somebody or something with an id. */
export type OptionValue = string | number | boolean | { readonly id: string } | LocalFile;
export type OptionValues = Readonly<Record<string, OptionValue>>;

export interface Typed {
  readonly command: Command;
  /** The words after the name: group and subcommand. */
  readonly words: readonly string[];
  readonly values: OptionValues;
  /** The option whose completions are asked for. */
  readonly focused?: string | undefined;
  readonly store: (file: LocalFile) => Attachment;
}

const optionTypes = {
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  file: 11,
} as const;

/**
 * The `data` of a command as Discord's client would build it. Throws where that client would not let a person go on: an
 * option that does not exist, a required one without a value, a value that fits no choice.
 */
export function commandDetails(world: World, channel: Channel, typed: Typed): Json {
  const { command } = typed;
  const { declared, around } = descend(command, typed.words);
  const resolved = emptyResolved();
  const options = declared.flatMap((option) => fill(option, typed, { world, channel, resolved }));
  for (const name of Object.keys(typed.values)) {
    if (!declared.some((option) => option['name'] === name)) {
      throw new Error(`/${command.name} has no option ${name}; it has ${namesOf(declared)}`);
    }
  }
  return {
    id: command.id,
    name: command.name,
    type: command.type,
    ...(command.guildId ? { guild_id: command.guildId } : {}),
    options: around(options),
    ...(Object.values(resolved).some((one) => Object.keys(one).length > 0) ? { resolved } : {}),
  };
}

/** The `data` of a command that was chosen from the menu of a message. */
export function messageCommandDetails(world: World, command: Command, message: Message): Json {
  return {
    id: command.id,
    name: command.name,
    type: command.type,
    ...(command.guildId ? { guild_id: command.guildId } : {}),
    target_id: message.id,
    resolved: { messages: { [message.id]: messageJson(world, message, { content: true }) } },
  };
}

/** Down to the options of the subcommand, and how they are wrapped on their way back up. */
function descend(
  command: Command,
  words: readonly string[],
): {
  readonly declared: readonly Json[];
  readonly around: (options: readonly Json[]) => readonly Json[];
} {
  let declared = objects(command.declared['options']);
  let around = (options: readonly Json[]): readonly Json[] => options;
  for (const word of words) {
    const next = declared.find(({ name, type }) => name === word && (type === 1 || type === 2));
    if (!next) throw new Error(`/${command.name} has no ${word}; it has ${namesOf(declared)}`);
    const outer = around;
    around = (options) => outer([{ name: word, type: next['type'], options }]);
    declared = objects(next['options']);
  }
  if (declared.some(({ type }) => type === 1 || type === 2)) {
    throw new Error(
      `/${[command.name, ...words].join(' ')} cannot be used alone; choose ${namesOf(declared)}`,
    );
  }
  return { declared, around };
}

interface Filling {
  readonly world: World;
  readonly channel: Channel;
  readonly resolved: ReturnType<typeof emptyResolved>;
}

function fill(option: Json, typed: Typed, filling: Filling): readonly Json[] {
  const name = text(option['name']);
  const value = typed.values[name];
  const focused = typed.focused === name;
  if (value === undefined) {
    if (option['required'] === true && typed.focused === undefined) {
      throw new Error(`/${typed.command.name} needs a value for ${name}`);
    }
    return focused ? [{ name, type: option['type'], value: '', focused }] : [];
  }
  const written = typed.focused === undefined ? checked(option, value) : value;
  const type = Number(option['type']);
  const sent = isFile(written) ? attach(typed, written, filling) : plain(written, filling);
  return [{ name, type, value: sent, ...(focused ? { focused } : {}) }];
}

/** What the client refuses to send. */
function checked(option: Json, value: OptionValue): OptionValue {
  const name = text(option['name']);
  const type = Number(option['type']);
  const { string, integer, number, boolean, file } = optionTypes;
  const wanted: Readonly<Record<number, boolean>> = {
    [string]: typeof value === 'string',
    [integer]: Number.isSafeInteger(value),
    [number]: typeof value === 'number',
    [boolean]: typeof value === 'boolean',
    [file]: isFile(value),
  };
  if (!(wanted[type] ?? (typeof value === 'object' && 'id' in value))) {
    throw new Error(`${name} takes no ${JSON.stringify(value)}: it is of type ${type}`);
  }
  const choices = objects(option['choices']);
  if (choices.length > 0 && option['autocomplete'] !== true) {
    const chosen = choices.find((one) => one['value'] === value || one['name'] === value);
    if (!chosen) throw new Error(`${name} is one of ${namesOf(choices)}, not ${String(value)}`);
    return typeof chosen['value'] === 'number' ? chosen['value'] : text(chosen['value']);
  }
  const size = typeof value === 'string' ? value.length : value;
  const [least, most] =
    type === string
      ? [option['min_length'] ?? 0, option['max_length'] ?? 6_000]
      : [option['min_value'], option['max_value']];
  if (typeof size === 'number') {
    if (typeof least === 'number' && size < least) throw new Error(`${name} is less than ${least}`);
    if (typeof most === 'number' && size > most) throw new Error(`${name} is more than ${most}`);
  }
  return value;
}

function plain(
  value: Exclude<OptionValue, LocalFile>,
  filling: Filling,
): string | number | boolean {
  if (typeof value !== 'object') return value;
  resolve(value.id, filling);
  return value.id;
}

function attach(typed: Typed, file: LocalFile, { world, resolved }: Filling): string {
  const stored = typed.store(file);
  resolved.attachments[stored.id] = attachmentJson(world, stored);
  return stored.id;
}

/** Whoever is named comes along, so that the bot need not ask. */
function resolve(id: string, { world, channel, resolved }: Filling): void {
  const user = world.users.get(id);
  const member = channel.guild?.members.get(id);
  const role = channel.guild?.roles.get(id);
  const named = world.channels.get(id);
  if (user) resolved.users[id] = userJson(user);
  if (member) resolved.members[id] = { ...memberJson(member, false), permissions: '0' };
  if (role) resolved.roles[id] = roleJson(role);
  if (named) resolved.channels[id] = { ...channelJson(named), permissions: '0' };
}

function emptyResolved() {
  const none = (): Record<string, Json> => ({});
  return { users: none(), members: none(), roles: none(), channels: none(), attachments: none() };
}

function isFile(value: OptionValue): value is LocalFile {
  return typeof value === 'object' && 'bytes' in value;
}

function namesOf(list: readonly Json[]): string {
  return list.map(({ name }) => text(name)).join(', ') || 'none';
}
