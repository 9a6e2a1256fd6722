import type { GateCommand } from '../command.ts';
import { operationArgument } from './arguments.ts';

export const cancel: GateCommand = {
  does: 'gate',
  name: 'cancel',
  family: 'ops',
  risk: 'read',
  summary: 'Take back what you asked for, before the first step.',
  args: [operationArgument],
  example: 'cancel op-3f9a2c7d11',
  intent: ({ at, by }) => ({ type: 'Cancel', at, by }),
};
