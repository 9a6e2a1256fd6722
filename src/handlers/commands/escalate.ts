import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';
import { askedOfPager } from './page.ts';

export const escalate: IncidentCommand = {
  does: 'incident',
  name: 'escalate',
  family: 'incident',
  risk: 'incident',
  summary: 'Wake the next level of whoever is paged.',
  args: [
    {
      name: 'level',
      kind: 'count',
      required: false,
      named: true,
      summary: 'A level of the escalation policy, from 1; the next one when it is left out.',
    },
    incidentArgument,
  ],
  example: 'escalate level=2',
  intent: ({ at, by, incident, args }) =>
    incident
      ? {
          type: 'AskPageDeed',
          at,
          by,
          what: 'escalate',
          does: { kind: 'escalate', level: Number(args['level'] ?? 0) },
          pager: '',
          via: '',
        }
      : refuseOutside('escalate'),
  told: (intent) => askedOfPager(intent),
};
