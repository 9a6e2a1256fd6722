import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const unsilence: IncidentCommand = {
  does: 'incident',
  name: 'unsilence',
  family: 'incident',
  risk: 'incident',
  summary: 'End the silence that was asked for here.',
  args: [incidentArgument],
  example: 'unsilence',
  intent: ({ at, by, incident }) =>
    incident ? { type: 'AskUnsilence', at, by } : refuseOutside('unsilence'),
};
