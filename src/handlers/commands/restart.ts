import type { OperationCommand } from '../command.ts';
import {
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { draftedBy } from './subject.ts';

export const restart: OperationCommand = {
  does: 'operation',
  name: 'restart',
  family: 'change',
  risk: 'change',
  summary: 'Restart a workload, one instance after the other.',
  args: [
    serviceArgument,

    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'restart checkout',
  role: () => 'workload',
  subject: (asked) => draftedBy('workload', 'restart', asked),
};
