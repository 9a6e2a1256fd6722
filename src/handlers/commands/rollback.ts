import type { OperationCommand } from '../command.ts';
import {
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { draftedBy } from './subject.ts';

export const rollback: OperationCommand = {
  does: 'operation',
  name: 'rollback',
  family: 'change',
  risk: 'change',
  summary: 'Return a workload to an earlier revision.',
  args: [
    serviceArgument,
    {
      name: 'to',
      kind: 'word',
      required: false,
      named: true,
      summary: 'A revision; the one before when left out.',
    },
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'rollback checkout',
  role: () => 'workload',
  subject: (asked) => draftedBy('workload', 'rollback', asked),
};
