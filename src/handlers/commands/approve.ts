import type { GateCommand } from '../command.ts';
import { operationArgument } from './arguments.ts';

export const approve: GateCommand = {
  does: 'gate',
  name: 'approve',
  family: 'ops',
  risk: 'read',
  summary: 'Approve a plan by the first ten characters of its hash.',
  args: [
    operationArgument,
    {
      name: 'hash',
      kind: 'word',
      required: true,
      named: false,
      summary: 'The plan, as the card shows it.',
    },
  ],
  example: 'approve op-3f9a2c7d11 7f3a9c21b0',
  intent: ({ at, by, args }, _operation, shown) => ({
    type: 'Approve',
    at,
    by,
    hash: String(args['hash']),
    typed: true,
    shown: { ...shown, typed: true },
  }),
};
