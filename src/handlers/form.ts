import type { Incident } from '../core/incident/incident.ts';
import { isWanted as isWantedBy } from '../core/operation/policy.ts';
import type { Problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { fill } from '../core/view/words.ts';
import { type ArgumentPlace, allot, check, understand } from './arguments.ts';
import { type Argument, type Command, isProblem } from './command.ts';
import { anotherArgument } from './commands/arguments.ts';
import { commands } from './commands/index.ts';
import { type Choice, choicesOf } from './completion.ts';
import { parseLine, plain, quoted, type Utterance } from './grammar.ts';
import { requestProblems } from './problem-text.ts';

/** What a command line still needs, asked for by whatever a surface has: a modal, a dialogue. */
export interface Form {
  readonly title: string;
  /** The line as far as it was typed. */
  readonly line: string;
  readonly fields: readonly Field[];
}

export interface Field {
  /** Name of the argument. */
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** What is wrong with what was typed; left out for nothing. */
  readonly fault?: string;
  readonly required: boolean;
  readonly kind: 'text' | 'number' | 'choice';
  readonly choices: readonly Choice[];
  /** What was typed already; '' for nothing. */
  readonly value: string;
}

/**
 * A form for a line whose only fault is that arguments are missing or cannot be read; what was typed stays filled in.
 * Undefined for a line that is whole, and for one whose fault no form mends: nobody's verb, an open quote, a word too many.
 */
export function formOf(
  line: string,
  settings: Settings,
  incident: Incident | undefined,
): Form | undefined {
  const utterance = parseLine(line);
  if ('code' in utterance) return undefined;
  const command = commands.find(({ name }) => name === utterance.verb);
  if (!command) return undefined;
  const place = { settings, incident: meant(utterance, incident) };
  const { given, odd } = allot(command, utterance, place);
  const asked = { command, given, place };
  if (odd || (!isProblem(understand(command, utterance, place)) && !lacks(asked))) return undefined;
  // Whoever means another plan than the one that waits has read of it, and typed it.
  const meantFor = command.args.filter(
    ({ name }) => name !== anotherArgument.name || given.has(name),
  );
  const fields = meantFor.map((argument) => fieldOf(argument, asked)).filter(isAsked);
  return {
    title: command.name,
    line: utterance.line,
    fields: [
      ...fields.filter(({ required }) => required),
      ...fields.filter(({ required }) => !required),
    ],
  };
}

/** What keeps a form from being a line, each with its field: nothing was entered, or it cannot be read. */
export function faultsOf({
  fields,
}: Form): readonly { readonly field: Field; readonly says: string }[] {
  return fields.flatMap((field) => {
    const isMissing = field.required && field.value === '';
    const says = field.fault ?? (isMissing ? 'It is missing.' : '');
    return says === '' ? [] : [{ field, says }];
  });
}

/** The line of a form that was filled in. A field without a value, or with a blank one, is left out. */
export function lineOf(form: Form, values: Readonly<Record<string, string>>): string {
  const utterance = parseLine(form.line);
  const verb = 'code' in utterance ? form.title : utterance.verb;
  const command = commands.find(({ name }) => name === verb);
  return command ? commandLine(command, values) : form.line;
}

/** The hint of a field where a surface has one line for all it says. */
export function hintOf({ fault = '', hint }: Field): string {
  return [fault, hint].filter((part) => part !== '').join(' ');
}

/** One command with its arguments by name, as a person would type it. */
export function commandLine(
  command: Pick<Command, 'name' | 'args'>,
  values: Readonly<Record<string, string>>,
): string {
  const given = command.args.map(({ name, named, kind }) => {
    return { name, named, kind, value: plain(values[name] ?? '').trim() };
  });
  const words = given.filter(({ named }) => !named);
  const last = words.findLastIndex(({ value }) => value !== '');
  return [
    command.name,
    // A word in the middle cannot be left out, but for a service, which is the incident's own then.
    ...words
      .slice(0, last + 1)
      .filter(({ value, kind }) => value !== '' || kind !== 'service')
      .map(({ value }) => quoted(value)),
    ...given
      .filter(({ named, value }) => named && value !== '')
      .map(({ name, value }) => `${name}=${quoted(value)}`),
  ].join(' ');
}

interface Asked {
  readonly command: Command;
  /** By argument, as typed; a service also as the incident has it. */
  readonly given: ReadonlyMap<string, string>;
  readonly place: ArgumentPlace;
}

/** The incident the line speaks of; what is not at hand here is as good as none. */
function meant({ named }: Utterance, incident: Incident | undefined): Incident | undefined {
  const name = named['incident'];
  return name === undefined || name === incident?.opened.incident ? incident : undefined;
}

/** Whether an argument is left out that the grammar does not demand and the place does. */
function lacks(asked: Asked): boolean {
  return asked.command.args.some(
    ({ name }) => (asked.given.get(name) ?? '').trim() === '' && isWanted(name, asked),
  );
}

function fieldOf(argument: Argument, asked: Asked): Field {
  const { command, given, place } = asked;
  const typed = given.get(argument.name) ?? '';
  const { settings } = place;
  const read = typed === '' ? own(argument, asked) : check(command, argument, typed, settings);
  const choices = choicesOf(argument, { settings, service: given.get('service') });
  const kind = choices.length > 0 ? 'choice' : argument.kind === 'count' ? 'number' : 'text';
  const value = typeof read === 'object' ? typed : String(read);
  const fits = kind === 'choice' ? choices.some((choice) => choice.value === value) : true;
  const stays = fits && (kind === 'text' || typeof read !== 'object');
  const none = fits || value === '' ? '' : `"${value}" is none of them.`;
  const wrong = typeof read === 'object' ? faultWords(read) : none;
  return {
    name: argument.name,
    label: argument.name,
    hint: argument.summary,
    ...(wrong === '' ? {} : { fault: wrong }),
    required: isRequired(argument, asked),
    kind,
    choices,
    value: stays ? value : '',
  };
}

/** An incident is no question inside one, and a ticket none where nobody wants it. */
function isAsked({ name, required, value }: Field): boolean {
  return (name !== 'incident' && name !== 'ticket') || required || value !== '';
}

function isRequired(argument: Argument, asked: Asked): boolean {
  const { command, given, place } = asked;
  if (argument.required || isWanted(argument.name, asked)) return true;
  if (argument.kind === 'environment') {
    const needsService = command.args.some(({ kind, required }) => kind === 'service' && required);
    return (needsService || given.has('service')) && own(argument, asked) === '';
  }
  return argument.kind === 'incident' && HAS_ONE.has(command.does) && !place.incident;
}

const HAS_ONE: ReadonlySet<Command['does']> = new Set(['incident', 'move']);

/** An optional argument without which the policy, or the incident as it stands, would refuse the command. */
function isWanted(name: string, { command, given, place }: Asked): boolean {
  const { incident, settings } = place;
  if (incident && command.wants?.(incident).includes(name)) return true;
  if ((name !== 'reason' && name !== 'ticket') || command.does === 'gate') return false;
  const question = {
    verb: command.name,
    family: command.family,
    risk: command.risk,
    service: given.get('service') ?? incident?.opened.service ?? '',
    environment: given.get('env') ?? incident?.opened.environment ?? '',
  };
  return isWantedBy(settings.policy, question, name);
}

/** What the command takes where nothing is said: the environment that the incident is in, or what it says itself. */
function own(argument: Argument, { command, given, place }: Asked): string {
  const { service = '', environment = '' } = place.incident?.opened ?? {};
  const prefilled = place.incident && command.prefills?.(place.incident)[argument.name];
  if (prefilled !== undefined) return prefilled;
  return argument.kind === 'environment' && given.get('service') === service ? environment : '';
}

function faultWords({ code, facts }: Problem): string {
  const words = requestProblems[code];
  return words ? fill(words.what, facts) : '';
}
