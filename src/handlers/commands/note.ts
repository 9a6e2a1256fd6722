import type { IncidentCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const note: IncidentCommand = {
  does: 'incident',
  name: 'note',
  family: 'incident',
  risk: 'incident',
  summary: 'Write a line into the timeline.',
  args: [
    { name: 'text', kind: 'text', required: true, named: false, summary: 'What to remember.' },
    incidentArgument,
  ],
  example: 'note queue drained by hand at 03:20',
  intent: ({ at, by, incident, args }) =>
    incident ? { type: 'AddNote', at, by, text: String(args['text']) } : refuseOutside('note'),
};
