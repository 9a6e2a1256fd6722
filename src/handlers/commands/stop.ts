import { onCallOf } from '../../core/catalog.ts';
import type { GateCommand } from '../command.ts';
import { operationArgument } from './arguments.ts';

export const stop: GateCommand = {
  does: 'gate',
  name: 'stop',
  family: 'ops',
  risk: 'read',
  summary: 'Stop an operation before its next step.',
  args: [operationArgument],
  example: 'stop op-3f9a2c7d11',
  intent: ({ desk, at, by }, { asked }) => ({
    type: 'Stop',
    at,
    by,
    ...onCallOf(desk.settings.catalog, asked?.service ?? ''),
  }),
};
