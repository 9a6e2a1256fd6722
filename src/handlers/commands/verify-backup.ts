import type { Argument, OperationCommand } from '../command.ts';
import {
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { backedUpArgument, backedUpBy } from './backup.ts';

export const fromArgument: Argument = {
  name: 'from',
  kind: 'word',
  required: false,
  named: true,
  summary: 'Which backup, as `backups` names it; the newest when left out.',
};

export const verifyBackup: OperationCommand = {
  does: 'operation',
  name: 'verify-backup',
  family: 'change',
  risk: 'change',
  summary: 'Read a backup whole and restore it where it is thrown away again.',
  args: [
    serviceArgument,
    backedUpArgument,
    fromArgument,
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'verify-backup checkout database',
  subject: async (asked) => backedUpBy('verify-backup', asked),
};
