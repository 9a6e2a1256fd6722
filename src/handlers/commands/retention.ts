import type { OperationCommand } from '../command.ts';
import {
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { backedUpArgument, backedUpBy } from './backup.ts';

export const retention: OperationCommand = {
  does: 'operation',
  name: 'retention',
  family: 'danger',
  risk: 'danger',
  summary: 'Remove the backups that nothing keeps any more.',
  args: [
    serviceArgument,
    backedUpArgument,
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'retention checkout database',
  subject: async (asked) => backedUpBy('retention', asked),
};
