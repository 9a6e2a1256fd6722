import type { IncidentCommand } from '../command.ts';
import { incidentArgument, reasonArgument, refuseOutside } from './arguments.ts';

export const resolve: IncidentCommand = {
  does: 'incident',
  name: 'resolve',
  family: 'incident',
  risk: 'incident',
  summary: 'Close the incident; while alerts still fire it wants a reason.',
  args: [{ ...reasonArgument, summary: 'Why; wanted while alerts still fire.' }, incidentArgument],
  wants: ({ firing }) => (firing > 0 ? ['reason'] : []),
  example: 'resolve reason="known, fixed by the deploy at ten"',
  intent: ({ at, by, incident, args }) =>
    incident
      ? { type: 'Resolve', at, by, reason: String(args['reason'] ?? '') }
      : refuseOutside('resolve'),
};
