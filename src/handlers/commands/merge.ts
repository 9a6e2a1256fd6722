import { problem } from '../../core/problem.ts';
import type { MoveCommand } from '../command.ts';
import { incidentArgument, reasonArgument, refuseOutside } from './arguments.ts';

export const merge: MoveCommand = {
  does: 'move',
  name: 'merge',
  family: 'incident',
  risk: 'incident',
  summary: 'Make this incident part of another one, which goes on for both; `split` takes it back.',
  args: [
    {
      name: 'into',
      kind: 'incident',
      required: true,
      named: false,
      summary: 'The one that goes on.',
    },
    {
      name: 'pages',
      kind: 'word',
      required: false,
      named: true,
      summary: 'yes: their pages at one pager become one too.',
      choices: ['yes'],
    },
    { ...reasonArgument, summary: 'Why they are one.' },
    incidentArgument,
  ],
  example: 'merge inc-3f9a2c7d1104 reason="the same switch"',
  async intent({ desk, at, by, incident, args }) {
    if (!incident) return refuseOutside('merge');
    const into = String(args['into']);
    // Whoever may not see it does not learn that it is there.
    if (!(await desk.incident(into))) return problem('INCIDENT_NOT_FOUND', { incident: into });
    return {
      type: 'MergeIncidents',
      at,
      by,
      incident: incident.opened.incident,
      other: into,
      reason: String(args['reason'] ?? ''),
      pages: args['pages'] === 'yes',
    };
  },
};
