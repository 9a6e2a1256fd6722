import type { OperationCommand } from '../command.ts';
import { reasonArgument, scopeArgument, ticketArgument } from './arguments.ts';
import { liftedBy } from './subject.ts';

export const unfreeze: OperationCommand = {
  does: 'operation',
  name: 'unfreeze',
  family: 'ops',
  risk: 'change',
  summary: 'Plan to lift a freeze before its time; an approval by the policy, like a change.',
  args: [scopeArgument, reasonArgument, ticketArgument],
  example: 'unfreeze checkout reason="the audit is over"',
  subject: async (asked) => liftedBy('unfreeze', asked),
};
