import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const assign: IncidentCommand = {
  does: 'incident',
  name: 'assign',
  family: 'incident',
  risk: 'incident',
  summary: 'Name the person who leads.',
  args: [
    {
      name: 'person',
      kind: 'person',
      required: true,
      named: false,
      summary: 'A person of the configuration.',
    },
    incidentArgument,
  ],
  example: 'assign ben',
  intent: ({ at, by, incident, args }) =>
    incident ? { type: 'Assign', at, by, to: String(args['person']) } : refuseOutside('assign'),
};
