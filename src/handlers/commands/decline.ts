import type { GateCommand } from '../command.ts';
import { operationArgument, reasonArgument } from './arguments.ts';

export const decline: GateCommand = {
  does: 'gate',
  name: 'decline',
  family: 'ops',
  risk: 'read',
  summary: 'End a plan that waits, by the first ten characters of its hash.',
  args: [
    operationArgument,
    {
      name: 'hash',
      kind: 'word',
      required: true,
      named: false,
      summary: 'The plan, as the card shows it.',
    },
    reasonArgument,
  ],
  example: 'decline op-3f9a2c7d11 7f3a9c21b0',
  intent: ({ at, by, args }) => ({
    type: 'Decline',
    at,
    by,
    hash: String(args['hash']),
    typed: true,
    reason: String(args['reason'] ?? ''),
  }),
};
