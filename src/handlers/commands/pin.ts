import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const pin: IncidentCommand = {
  does: 'incident',
  name: 'pin',
  family: 'incident',
  risk: 'incident',
  summary: 'Put words on the timeline, as written by you now; chat platforms pin whole messages.',
  args: [
    { name: 'text', kind: 'text', required: true, named: false, summary: 'What to keep.' },
    incidentArgument,
  ],
  example: 'pin the replica lagged by 40 s at 03:20',
  intent: ({ at, by, incident, args }) => {
    if (!incident) return refuseOutside('pin');
    const author = { person: by.person, account: by.account, name: by.person };
    const message = { text: String(args['text']), writtenAt: at, link: '', images: [] };
    return { type: 'PinMessage', at, by, author, ...message };
  },
};
