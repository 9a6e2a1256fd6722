import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const unack: IncidentCommand = {
  does: 'incident',
  name: 'unack',
  family: 'incident',
  risk: 'incident',
  summary: 'Take your acknowledgement back.',
  args: [incidentArgument],
  example: 'unack',
  intent: ({ at, by, incident }) =>
    incident ? { type: 'Unacknowledge', at, by } : refuseOutside('unack'),
};
