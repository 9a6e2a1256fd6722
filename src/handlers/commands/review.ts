import type { GateCommand } from '../command.ts';
import { operationArgument } from './arguments.ts';

export const review: GateCommand = {
  does: 'gate',
  name: 'review',
  family: 'ops',
  risk: 'read',
  summary:
    'Close the review of an operation whose glass was broken; by neither who asked nor who broke it.',
  args: [
    operationArgument,
    {
      name: 'as',
      kind: 'word',
      required: true,
      named: false,
      summary: 'Whether it was right.',
      choices: ['ok', 'not-ok'],
    },
    {
      name: 'comment',
      kind: 'text',
      required: true,
      named: true,
      summary: 'What you looked at, and what follows.',
    },
  ],
  example: 'review op-3f9a2c7d11 ok comment="the rollback was the right thing"',
  intent: ({ at, by, args }) => ({
    type: 'ReviewGlass',
    at,
    by,
    as: args['as'] === 'ok' ? 'ok' : 'not-ok',
    comment: String(args['comment']),
  }),
};
