import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const ack: IncidentCommand = {
  does: 'incident',
  name: 'ack',
  family: 'incident',
  risk: 'incident',
  summary: 'Say that you are looking at it.',
  args: [incidentArgument],
  example: 'ack',
  intent: ({ at, by, incident }) =>
    incident ? { type: 'Acknowledge', at, by } : refuseOutside('ack'),
};
