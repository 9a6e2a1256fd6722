import type { GateCommand } from '../command.ts';
import { operationArgument, reasonArgument } from './arguments.ts';

export const settle: GateCommand = {
  does: 'gate',
  name: 'settle',
  family: 'ops',
  risk: 'danger',
  summary: 'Say how an operation of unknown outcome ended; not by its requester alone.',
  args: [
    operationArgument,
    {
      name: 'as',
      kind: 'word',
      required: true,
      named: false,
      summary: 'What you saw at the target.',
      choices: ['done', 'not-done'],
    },
    reasonArgument,
  ],
  example: 'settle op-3f9a2c7d11 done reason="the new pods run"',
  intent: ({ at, by, args }) => ({
    type: 'Settle',
    at,
    by,
    as: args['as'] === 'done' ? 'done' : 'not-done',
    reason: String(args['reason'] ?? ''),
  }),
};
