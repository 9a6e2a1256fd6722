import { type Incident, severity } from '../core/incident/incident.ts';
import type { Settings } from '../core/settings.ts';
import type { Argument, Command } from './command.ts';
import { commands } from './commands/index.ts';
import type { Desk } from './desk.ts';

/** One value of an argument, and what a person reads beside it. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What is at hand to complete from: the more of it, the more is offered. */
export interface CompletionPlace
  extends Pick<Desk, 'settings'>,
    Partial<Pick<Desk, 'openIncidents' | 'liveOperations'>> {
  readonly incident?: Incident | undefined;
  /** The service that is named already, whose environments are meant. */
  readonly service?: string | undefined;
}

/** Words that could stand next in a line being typed: verbs, services, environments, choices. */
export function complete(
  { settings }: Pick<Desk, 'settings'>,
  line: string,
  incident: Incident | undefined,
): readonly { readonly insert: string; readonly label: string }[] {
  const words = line.trimStart().split(/\s+/u);
  const last = words.at(-1) ?? '';
  if (words.length <= 1) {
    return commands
      .filter(({ name }) => name.startsWith(last))
      .map(({ name, summary }) => ({ insert: `${name} `, label: summary }));
  }
  const command = commandOf(words[0]);
  if (!command) return [];
  const environment = /^env=(.*)$/u.exec(last);
  if (environment) {
    const service = words[1] ?? incident?.opened.service ?? '';
    return (settings.catalog.services.find(({ name }) => name === service)?.environments ?? [])
      .filter(({ name }) => name.startsWith(environment[1] ?? ''))
      .map(({ name }) => ({ insert: `env=${name} `, label: 'environment' }));
  }
  const argument = command.args.filter(({ named }) => !named)[words.length - 2];
  const values = argument ? choicesOf(argument, { settings }) : [];
  return [
    ...values.map(({ value }) => ({ insert: `${value} `, label: argument?.summary ?? '' })),
    ...command.args
      .filter(({ named }) => named)
      .map(({ name, summary }) => ({ insert: `${name}=`, label: summary })),
  ].filter(({ insert }) => insert.startsWith(last));
}

/** Bare values of one argument of a command, for a surface that asks for each by itself; the best matches first. */
export function completeArgument(
  command: string,
  argument: string,
  typed: string,
  place: CompletionPlace,
): readonly Choice[] {
  const declared = commandOf(command)?.args.find(({ name }) => name === argument);
  if (!declared) return [];
  const wanted = typed.trim().toLowerCase();
  const begins = (text: string) => text.toLowerCase().startsWith(wanted);
  const holds = (text: string) => text.toLowerCase().includes(wanted);
  const service = place.service ?? place.incident?.opened.service;
  const all = [...choicesOf(declared, { ...place, service }), ...atHand(declared, place)];
  const first = all.filter(({ value, label }) => begins(value) || begins(label));
  const others = all.filter(({ value, label }) => holds(value) || holds(label));
  return [...new Set([...first, ...others])];
}

/** What the configuration knows an argument can be; none where anything goes. */
export function choicesOf(
  argument: Argument,
  { settings, service }: { readonly settings: Settings; readonly service?: string | undefined },
): readonly Choice[] {
  if (argument.choices) return argument.choices.map(plainChoice);
  const { catalog, people } = settings;
  switch (argument.kind) {
    case 'service':
      return catalog.services.map(({ name }) => plainChoice(name));
    case 'environment': {
      const asked = catalog.services.filter(({ name }) => name === service);
      const of = asked.length > 0 ? asked : catalog.services;
      const names = new Set(of.flatMap(({ environments }) => environments.map(({ name }) => name)));
      return [...names].map(plainChoice);
    }
    case 'person':
      return people.map(({ id, name }) => ({ value: id, label: name }));
    default:
      return [];
  }
}

/** Operations that live and incidents that are open, by the names a line takes. */
function atHand({ kind, name }: Argument, place: CompletionPlace): readonly Choice[] {
  if (kind === 'operation') {
    return (place.liveOperations?.() ?? []).map(({ id, asked, status }) => {
      return { value: id, label: `${asked?.line ?? id} · ${status}` };
    });
  }
  if (kind === 'incident') {
    return (place.openIncidents?.() ?? []).map((incident) => {
      const { incident: id, title } = incident.opened;
      return { value: id, label: `${severity(incident).toUpperCase()} · ${title}` };
    });
  }
  // The command that `help` explains and `policy` judges.
  if (name === 'command' || name === 'verb') {
    return commands.map((command) => ({ value: command.name, label: command.summary }));
  }
  return [];
}

function commandOf(name: string | undefined): Command | undefined {
  return commands.find((command) => command.name === name);
}

function plainChoice(value: string): Choice {
  return { value, label: value };
}
