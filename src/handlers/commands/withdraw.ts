import type { GateCommand } from '../command.ts';
import { operationArgument } from './arguments.ts';

export const withdraw: GateCommand = {
  does: 'gate',
  name: 'withdraw',
  family: 'ops',
  risk: 'read',
  summary: 'Take your approval back, before the first step.',
  args: [operationArgument],
  example: 'withdraw op-3f9a2c7d11',
  intent: ({ at, by }) => ({ type: 'Withdraw', at, by }),
};
