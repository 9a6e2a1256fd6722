import type { Command } from '../../../handlers/command.ts';
import { commandLine } from '../../../handlers/form.ts';
import type { CommandData } from './interaction.schema.ts';

/** A slash command as the line that means the same everywhere. */
export function lineOfSlash(data: CommandData, commands: readonly Command[]): string {
  const [sub] = data.options;
  if (!sub) return data.name;
  const values = Object.fromEntries(
    sub.options.map(({ name, value }) => [name, value === undefined ? '' : String(value)]),
  );
  // A whole line, for whatever is not at hand as an option.
  if (data.name === 'ops' && sub.name === 'line') return values['line'] ?? '';
  const command = commands.find(({ name }) => name === sub.name);
  return command ? commandLine(command, values) : sub.name;
}

export interface Typing {
  readonly verb: string;
  readonly argument: string;
  readonly typed: string;
  readonly service: string | undefined;
}

/** The option that is being typed. */
export function typingIn(data: CommandData): Typing | undefined {
  const [sub] = data.options;
  const focused = sub?.options.find((one) => one.focused === true);
  if (!sub || !focused) return undefined;
  const service = sub.options.find(
    ({ name }) => name === 'service' && name !== focused.name,
  )?.value;
  return {
    verb: sub.name,
    argument: focused.name,
    typed: focused.value === undefined ? '' : String(focused.value),
    service: typeof service === 'string' && service !== '' ? service : undefined,
  };
}
