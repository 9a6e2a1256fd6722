import { problem } from '../../core/problem.ts';
import type { ReadCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const runbook: ReadCommand = {
  does: 'read',
  name: 'runbook',
  family: 'incident',
  risk: 'read',
  summary: 'Show the runbook of the alert.',
  args: [incidentArgument],
  example: 'runbook',
  answer: async ({ desk, incident }) => {
    if (!incident) return refuseOutside('runbook');
    const page = desk.runbook(incident);
    if (!page) return problem('RUNBOOK_NOT_FOUND', { title: incident.opened.title });
    return { title: [page.title], blocks: [{ kind: 'code', title: page.name, text: page.text }] };
  },
};
