import { type Problem, problem } from '../core/problem.ts';
import type { OperationCommand } from './command.ts';
import { commands } from './commands/index.ts';

/** What can be proposed is a change that makes a plan: no approval, no answer, nothing that is said in somebody's name. */
export function proposable(verb: string): OperationCommand | Problem {
  const command = commands.find(({ name }) => name === verb);
  const isChange = command?.family === 'change' || command?.family === 'danger';
  return command?.does === 'operation' && isChange
    ? command
    : problem('PROPOSAL_NO_CHANGE', { verb, known: proposableVerbs().join(', ') });
}

export function proposableVerbs(): readonly string[] {
  return commands
    .filter(({ does, family }) => does === 'operation' && ['change', 'danger'].includes(family))
    .map(({ name }) => name);
}
