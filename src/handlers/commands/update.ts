import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';
import { askedOfPager } from './page.ts';

export const update: IncidentCommand = {
  does: 'incident',
  name: 'update',
  family: 'incident',
  risk: 'incident',
  summary: 'Tell the subscribers of the page how it stands.',
  args: [
    { name: 'text', kind: 'text', required: true, named: false, summary: 'What they are to read.' },
    incidentArgument,
  ],
  example: 'update half of the shop is back, the rest within the hour',
  intent: ({ at, by, incident, args }) =>
    incident
      ? {
          type: 'AskPageDeed',
          at,
          by,
          what: 'update',
          does: { kind: 'update', text: String(args['text']) },
          pager: '',
          via: '',
        }
      : refuseOutside('update'),
  told: (intent) => askedOfPager(intent),
};
