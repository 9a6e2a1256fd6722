import { ruleOf } from '../../core/backup/rule.ts';
import type { Planner, TargetRef } from '../../core/ports/step.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { type Asking, isProblem, type OperationCommand, type Subject } from '../command.ts';
import {
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { backedUpArgument, backedUpBy } from './backup.ts';
import { quietedBy } from './quiet.ts';
import { fromArgument } from './verify-backup.ts';

export const restore: OperationCommand = {
  does: 'operation',
  name: 'restore',
  family: 'danger',
  risk: 'danger',
  summary: 'Put a backup in the place of what is in use, which is kept.',
  args: [
    serviceArgument,
    backedUpArgument,
    { ...fromArgument, summary: 'Which backup, as `backups` names it; or `at`.' },
    {
      name: 'at',
      kind: 'word',
      required: false,
      named: true,
      summary: 'As of which moment, where what is written is archived: 2026-11-26T03:00:00Z.',
    },
    {
      name: 'name',
      kind: 'word',
      required: true,
      named: true,
      summary: 'Name of what is replaced, typed out: of the database, or of the target of files.',
    },
    {
      name: 'in',
      kind: 'word',
      choices: ['place'],
      required: false,
      named: true,
      summary: 'Over what is in use, which is not kept, instead of beside it.',
    },
    {
      name: 'swap',
      kind: 'word',
      choices: ['no'],
      required: false,
      named: true,
      summary: 'Only beside what is in use, whose name stays: a database of RDS.',
    },
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'restore checkout database from=20261126T030000Z-1a2b3c name=checkout',
  subject: async (asked) => {
    const { from, at } = asked.args;
    if ((from === undefined) === (at === undefined)) return problem('RESTORE_FROM_OR_AT');
    const subject = backedUpBy('restore', asked);
    return isProblem(subject) ? subject : quieted(subject, asked);
  },
};

/** With the services stopped that its entry names. */
function quieted(subject: Subject, asked: Asking): Subject | Problem {
  const { desk, service, environment } = asked;
  const rule = ruleOf(desk.settings.backups, {
    service,
    environment,
    what: String(asked.args['what']),
  });
  const stops = rule?.stops ?? [];
  if (stops.length === 0) return subject;
  const standing: {
    readonly name: string;
    readonly target: TargetRef;
    readonly planner: Planner;
  }[] = [];
  for (const { service: name, workload: target } of stops) {
    const planner = desk.planner(target.integration, target.target);
    const facts = { verb: 'restore', service: name, target: target.target };
    if (!planner) return problem('TARGET_NOT_CONNECTED', facts);
    standing.push({ name, target, planner });
  }
  return {
    ...subject,
    targets: [...new Set([...subject.targets, ...standing.map(({ target }) => target.target)])],
    draft: async (operation) => {
      const draft = await subject.draft(operation);
      if (!draft.ok) return draft;
      const services = await Promise.all(
        standing.map(async ({ name, target, planner }) => {
          const request = { operation, service: name, target, args: {} };
          const stop = await planner.draft({ ...request, verb: 'stop' });
          const start = await planner.draft({ ...request, verb: 'start' });
          return { name, stop, start };
        }),
      );
      return quietedBy(draft, services);
    },
  };
}
