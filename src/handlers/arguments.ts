import { parseDuration } from '../core/duration.ts';
import type { Incident } from '../core/incident/incident.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Argument, Arguments, Command } from './command.ts';
import { nearest, type Utterance } from './grammar.ts';

export interface Understood {
  readonly args: Arguments;
  /** Named arguments of another command, where this one takes them. */
  readonly others?: Readonly<Record<string, string>>;
  readonly service: string;
  readonly environment: string;
}

/**
 * Checks the words of a line against the command's declaration. Service and environment come from the incident where
 * they are left out; nothing defaults to production, and more than one possibility is asked about.
 */
export function understand(
  command: Command,
  utterance: Utterance,
  place: ArgumentPlace,
): Understood | Problem {
  const { given, odd, others } = allot(command, utterance, place);
  const args: Record<string, string | number> = {};
  const inOrder = [...command.args].sort((a, b) => Number(a.named) - Number(b.named));
  for (const argument of inOrder) {
    if (odd && argument.named) return odd;
    const value = given.get(argument.name);
    const checked = check(command, argument, value, place.settings);
    if (typeof checked === 'object') return checked;
    if (checked !== undefined) args[argument.name] = checked;
  }
  const found = odd ?? whereabouts(command, args, place);
  return command.open && 'args' in found ? { ...found, others } : found;
}

export interface ArgumentPlace {
  readonly settings: Settings;
  readonly incident: Incident | undefined;
}

/** Which words of a line are meant for which argument, before any of them is judged. */
export interface Allotted {
  readonly given: ReadonlyMap<string, string>;
  /** A word, or a name, that no argument takes. */
  readonly odd: Problem | undefined;
  /** Names that an open command takes for another one. */
  readonly others: Readonly<Record<string, string>>;
}

export function allot(command: Command, utterance: Utterance, place: ArgumentPlace): Allotted {
  const words = [...utterance.words];
  const given = new Map<string, string>();
  const services = place.settings.catalog.services.map(({ name }) => name);
  for (const { name, kind, named } of command.args) {
    if (named) continue;
    const own = kind === 'service' ? (place.incident?.opened.service ?? '') : '';
    if (own !== '' && !services.includes(words[0] ?? '')) {
      given.set(name, own);
      continue;
    }
    // The last argument of a sentence takes the rest of it, so that a note needs no quotes.
    const word = kind === 'text' ? words.splice(0).join(' ') : words.shift();
    if (word !== undefined && word !== '') given.set(name, word);
  }
  const [word] = words;
  const others: Record<string, string> = {};
  let odd: Problem | undefined;
  if (word !== undefined) {
    odd = problem('ARGUMENT_EXTRA', { verb: command.name, word, usage: usage(command) });
  }
  for (const [name, value] of Object.entries(utterance.named)) {
    if (!command.args.some((argument) => argument.name === name)) {
      if (command.open) others[name] = value;
      else odd ??= unknownName(command, name);
    } else if (given.has(name)) {
      odd ??= problem('ARGUMENT_TWICE', { name, line: utterance.line });
    } else {
      given.set(name, value);
    }
  }
  return { given, odd, others };
}

export function usage(command: Command): string {
  const parts = command.args.map((argument) => {
    const name = argument.choices?.join('|') ?? argument.name;
    const shown = argument.named ? `${argument.name}=…` : `<${name}>`;
    return argument.required ? shown : `[${shown}]`;
  });
  return [command.name, ...parts].join(' ');
}

/** The environment of a command that speaks of a service: named, or the incident's own. */
function whereabouts(
  command: Command,
  args: Record<string, string | number>,
  place: ArgumentPlace,
): Understood | Problem {
  const service = String(args['service'] ?? '');
  const wantsEnvironment = command.args.some(({ kind }) => kind === 'environment');
  if (service === '' || !wantsEnvironment) return { args, service, environment: '' };
  const known = place.settings.catalog.services.find(({ name }) => name === service);
  const environments = known?.environments.map(({ name }) => name) ?? [];
  const named = args['env'];
  if (named !== undefined) {
    return environments.includes(String(named))
      ? { args, service, environment: String(named) }
      : problem('ENVIRONMENT_UNKNOWN', {
          service,
          environment: String(named),
          known: environments.join(', '),
        });
  }
  const own = place.incident?.opened.service === service ? place.incident.opened.environment : '';
  if (own !== '' && environments.includes(own)) return { args, service, environment: own };
  return problem('ENVIRONMENT_REQUIRED', {
    verb: command.name,
    service,
    known: environments.join(', '),
    example: `${command.name} ${service} env=${environments[0] ?? 'production'}`,
  });
}

/** The value as the argument's kind has it; undefined for an optional one that is left out. */
export function check(
  command: Command,
  argument: Argument,
  value: string | undefined,
  settings: Settings,
): string | number | undefined | Problem {
  if (value === undefined)
    return argument.required ? missingArgument(command, argument) : undefined;
  if (argument.choices && !argument.choices.includes(value)) {
    return problem('ARGUMENT_NOT_A_CHOICE', {
      verb: command.name,
      name: argument.name,
      given: value,
      choices: argument.choices.join(', '),
    });
  }
  switch (argument.kind) {
    case 'count':
      return /^\d{1,6}$/.test(value)
        ? Number(value)
        : problem('ARGUMENT_NOT_A_COUNT', {
            verb: command.name,
            name: argument.name,
            given: value,
          });
    case 'duration':
      return parseDuration(value) === undefined
        ? problem('ARGUMENT_NOT_A_DURATION', {
            verb: command.name,
            name: argument.name,
            given: value,
            example: command.example,
          })
        : value;
    case 'service': {
      const known = settings.catalog.services.map(({ name }) => name);
      return known.includes(value) ? value : unknownService(value, known);
    }
    case 'person': {
      const id = value.replace(/^@/, '');
      const ids = settings.people.map((person) => person.id);
      return ids.includes(id)
        ? id
        : problem('PERSON_UNKNOWN', {
            person: id,
            near: nearest(id, ids) ?? ids.slice(0, 5).join(', '),
          });
    }
    case 'operation':
      return /^op-[0-9a-f]{10}$/.test(value)
        ? value
        : problem('NOT_AN_OPERATION', { given: value });
    default:
      return value;
  }
}

function unknownService(service: string, known: readonly string[]): Problem {
  const near = nearest(service, known);
  return near
    ? problem('SERVICE_UNKNOWN_NEAR', { service, near })
    : problem('SERVICE_UNKNOWN', { service, known: known.slice(0, 20).join(', ') });
}

export function unknownName(command: Command, name: string): Problem {
  const known = command.args.map((argument) => argument.name);
  return problem('ARGUMENT_UNKNOWN', {
    verb: command.name,
    name,
    usage: usage(command),
    near: nearest(name, known) ?? known.join(', '),
  });
}

function missingArgument(command: Command, argument: Argument): Problem {
  return problem('ARGUMENT_MISSING', {
    verb: command.name,
    name: argument.name,
    usage: usage(command),
    example: command.example,
  });
}
