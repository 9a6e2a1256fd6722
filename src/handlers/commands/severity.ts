import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const severity: IncidentCommand = {
  does: 'incident',
  name: 'severity',
  family: 'incident',
  risk: 'incident',
  summary: 'Say how bad it is; this outranks the labels of the alerts.',
  args: [
    {
      name: 'severity',
      kind: 'word',
      required: true,
      named: false,
      summary: 'critical, major, warning or info.',
      choices: ['critical', 'major', 'warning', 'info'],
    },
    incidentArgument,
  ],
  example: 'severity critical',
  intent: ({ at, by, incident, args }) =>
    incident
      ? { type: 'SetSeverity', at, by, severity: String(args['severity']) }
      : refuseOutside('severity'),
};
