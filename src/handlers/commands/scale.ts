import type { OperationCommand } from '../command.ts';
import {
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { draftedBy } from './subject.ts';

export const scale: OperationCommand = {
  does: 'operation',
  name: 'scale',
  family: 'change',
  risk: 'change',
  summary: 'Change how many replicas a workload runs.',
  args: [
    serviceArgument,
    { name: 'replicas', kind: 'count', required: true, named: false, summary: 'How many.' },
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'scale checkout 6',
  role: () => 'workload',
  subject: (asked) => draftedBy('workload', 'scale', asked),
};
