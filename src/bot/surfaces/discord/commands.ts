import type { Argument, Command, Family } from '../../../handlers/command.ts';
import { commands as registry } from '../../../handlers/commands/index.ts';
import { plainWithin } from './escape.ts';
import { limits } from './limits.ts';

/** https://discord.com/developers/docs/interactions/application-commands#application-command-object */
export interface DiscordCommand {
  readonly name: string;
  readonly type: 1 | 3;
  readonly description: string;
  readonly options?: readonly DiscordOption[];
}

export interface DiscordOption {
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly min_value?: number;
  readonly choices?: readonly { readonly name: string; readonly value: string }[];
  readonly options?: readonly DiscordOption[];
}

export const pinCommand = 'Pin to timeline';

const optionTypes = { subcommand: 1, text: 3, integer: 4 } as const;

/** A family of the grammar; `self` is the part of `ops` that is about whoever asks: a command holds 25 verbs at most. */
type Shelf = Family | 'self';

const shelves: Readonly<Record<Shelf, string>> = {
  ops: 'Look, decide and steer',
  self: 'Your accounts, and who may ask you',
  incident: 'Speak about an incident',
  change: 'Plan a change',
  danger: 'Plan what is dangerous',
};

/** All that is registered: a command for each shelf that has verbs, and one in the menu of messages. */
export function discordCommands(all: readonly Command[] = registry): readonly DiscordCommand[] {
  const named = Object.entries(shelves).flatMap(([shelf, description]) => {
    const verbs = all.filter((command) => shelfOf(command) === shelf).map(subcommand);
    const options = shelf === 'ops' ? [...verbs, wholeLine] : verbs;
    return options.length === 0 ? [] : [{ name: shelf, type: 1 as const, description, options }];
  });
  return [...named, { name: pinCommand, type: 3, description: '' }];
}

const aboutSelf: ReadonlySet<string> = new Set(['link', 'unlink', 'mute', 'unmute']);

function shelfOf({ name, family }: Command): Shelf {
  return aboutSelf.has(name) ? 'self' : family;
}

/** Names, descriptions and values all together: Discord counts them so, for each command. */
export function charactersOf({
  name,
  description,
  options = [],
}: DiscordOption | DiscordCommand): number {
  const below = options.reduce((sum, option) => {
    const choices = (option.choices ?? []).reduce(
      (all, one) => all + one.name.length + one.value.length,
      0,
    );
    return sum + charactersOf(option) + choices;
  }, 0);
  return name.length + description.length + below;
}

const wholeLine: DiscordOption = {
  type: optionTypes.subcommand,
  name: 'line',
  description: 'A whole line, as it is typed in the console.',
  options: [
    {
      type: optionTypes.text,
      name: 'line',
      description: 'For example: rollback checkout env=production',
      required: true,
    },
  ],
};

function subcommand({ name, summary, args }: Command): DiscordOption {
  const options = args.map(option);
  return {
    type: optionTypes.subcommand,
    name,
    description: describe(summary),
    // Discord wants those first that must be given.
    options: [
      ...options.filter(({ required }) => required),
      ...options.filter(({ required }) => !required),
    ],
  };
}

/** What the place of a command can say by itself need not be given; a form asks for it where it cannot. */
const saidByPlace: readonly Argument['kind'][] = ['service', 'environment', 'incident'];
const completed: readonly Argument['kind'][] = [
  'service',
  'environment',
  'incident',
  'operation',
  'person',
];

function option(argument: Argument): DiscordOption {
  const { name, kind, summary, required, choices } = argument;
  const isFixed = choices !== undefined && choices.length <= limits.choices;
  return {
    type: kind === 'count' ? optionTypes.integer : optionTypes.text,
    name,
    description: describe(summary),
    ...(required && !saidByPlace.includes(kind) ? { required: true } : {}),
    ...(kind === 'count' ? { min_value: 0 } : {}),
    ...(isFixed ? { choices: choices.map((value) => ({ name: value, value })) } : {}),
    ...(!isFixed && kind !== 'count' && isCompleted(argument) ? { autocomplete: true } : {}),
  };
}

function isCompleted({ kind, name, choices }: Argument): boolean {
  return completed.includes(kind) || choices !== undefined || name === 'command' || name === 'verb';
}

function describe(summary: string): string {
  return plainWithin(summary, limits.commandDescription).text || '…';
}
