import type { Incident } from '../core/incident/incident.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Argument, Arguments, Command } from './command.ts';
import { nearest, type Utterance } from './grammar.ts';

export interface Understood {
  readonly args: Arguments;
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
  place: { readonly settings: Settings; readonly incident: Incident | undefined },
): Understood | Problem {
  const words = [...utterance.words];
  const args: Record<string, string | number> = {};
  const services = place.settings.catalog.services.map(({ name }) => name);
  for (const argument of command.args.filter(({ named }) => !named)) {
    const isService = argument.kind === 'service';
    const fromIncident = isService ? (place.incident?.opened.service ?? '') : '';
    if (isService && fromIncident !== '' && !services.includes(words[0] ?? '')) {
      args[argument.name] = fromIncident;
      continue;
    }
    // The last argument of a sentence takes the rest of it, so that a note needs no quotes.
    const isRest = argument.kind === 'text';
    const word = isRest ? words.splice(0).join(' ') : words.shift();
    const value = word === '' ? undefined : word;
    const checked = check(command, argument, value, place.settings);
    if (typeof checked === 'object') return checked;
    if (checked !== undefined) args[argument.name] = checked;
  }
  const extra = words[0];
  if (extra !== undefined)
    return problem('ARGUMENT_EXTRA', { verb: command.name, word: extra, usage: usage(command) });
  for (const [name, value] of Object.entries(utterance.named)) {
    const argument = command.args.find((candidate) => candidate.name === name);
    if (!argument) return unknownName(command, name);
    if (name in args) return problem('ARGUMENT_TWICE', { name, line: utterance.line });
    const checked = check(command, argument, value, place.settings);
    if (typeof checked === 'object') return checked;
    if (checked !== undefined) args[name] = checked;
  }
  const missing = command.args.find(
    ({ name, required, named }) => required && named && !(name in args),
  );
  if (missing) return missingArgument(command, missing);
  return whereabouts(command, args, place);
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
  place: { readonly settings: Settings; readonly incident: Incident | undefined },
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

function check(
  command: Command,
  argument: Argument,
  value: string | undefined,
  settings: Settings,
): string | number | undefined | Problem {
  if (value === undefined)
    return argument.required && !argument.named ? missingArgument(command, argument) : undefined;
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

function unknownName(command: Command, name: string): Problem {
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
