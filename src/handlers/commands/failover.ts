import type { OperationCommand } from '../command.ts';
import {
  acceptArgument,
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { draftedBy } from './subject.ts';

export const failover: OperationCommand = {
  does: 'operation',
  name: 'failover',
  family: 'danger',
  risk: 'danger',
  summary: 'Let a replica take over from the master.',
  args: [
    serviceArgument,
    {
      name: 'what',
      kind: 'word',
      choices: ['cache', 'database'],
      required: true,
      named: false,
      summary: 'Which part of the service.',
    },
    {
      name: 'to',
      kind: 'word',
      required: false,
      named: true,
      summary: 'Who is to take over, by the name its plan shows; by a rule when absent.',
    },
    {
      name: 'mode',
      kind: 'word',
      choices: ['planned', 'forced', 'takeover'],
      required: false,
      named: true,
      summary:
        'planned loses nothing and needs the primary; forced waits for nobody; takeover asks for no vote. By the primary when absent.',
    },
    acceptArgument,
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'failover checkout cache',
  role: (args) => String(args['what']),
  subject: (asked) => draftedBy(String(asked.args['what']), 'failover', asked),
};
