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

export const promote: OperationCommand = {
  does: 'operation',
  name: 'promote',
  family: 'danger',
  risk: 'danger',
  summary: 'Make a replica in another region a database of its own, for good.',
  args: [
    serviceArgument,
    acceptArgument,
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'promote checkout env=production-us',
  subject: (asked) => draftedBy('database', 'promote', asked),
};
