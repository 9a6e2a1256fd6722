import { ruleOf } from '../../core/backup/rule.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Argument, Asking, OperationCommand, Subject } from '../command.ts';
import { argumentsOf } from '../judgement.ts';
import {
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';

export const backedUpArgument: Argument = {
  name: 'what',
  kind: 'word',
  choices: ['database', 'cache', 'config', 'logs'],
  required: true,
  named: false,
  summary: 'Which part of the service.',
};

export const backup: OperationCommand = {
  does: 'operation',
  name: 'backup',
  family: 'change',
  risk: 'change',
  summary: 'Take a backup of what a service keeps.',
  args: [
    serviceArgument,
    backedUpArgument,
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'backup checkout database',
  subject: async (asked) => backedUpBy('backup', asked),
};

/** A verb of backups, drafted with the entry that says what is copied and where it is kept. */
export function backedUpBy(verb: string, asked: Asking): Subject | Problem {
  const { desk, service, environment } = asked;
  const what = String(asked.args['what']);
  const rule = ruleOf(desk.settings.backups, { service, environment, what });
  if (!rule) return problem('BACKUP_NOT_CONFIGURED', { service, environment, what });
  const { integration, target, locator } = rule.source;
  const planner = desk.planner(integration, target);
  if (!planner) return problem('TARGET_NOT_CONNECTED', { verb, service, target });
  return {
    service,
    environment,
    incident: asked.incident?.opened.incident ?? '',
    undoes: '',
    targets: [target],
    draft: (operation) =>
      planner.draft({
        verb,
        operation,
        service,
        target: { integration, target, locator, bounds: {}, show: [] },
        args: { ...argumentsOf(asked), environment },
      }),
  };
}
