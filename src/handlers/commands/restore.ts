import type { OperationCommand } from '../command.ts';
import {
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { backedUpArgument, backedUpBy } from './backup.ts';
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
    { ...fromArgument, required: true, summary: 'Which backup, as `backups` names it.' },
    {
      name: 'name',
      kind: 'word',
      required: true,
      named: true,
      summary: 'Name of the database that is replaced, typed out.',
    },
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'restore checkout database from=20261126T030000Z-1a2b3c name=checkout',
  subject: async (asked) => backedUpBy('restore', asked),
};
