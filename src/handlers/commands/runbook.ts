import { problem } from '../../core/problem.ts';
import { markdownBlocks } from '../../core/view/markdown.ts';
import { strong } from '../../core/view/words.ts';
import type { ReadCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const runbook: ReadCommand = {
  does: 'read',
  quotes: true,
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
    return {
      title: [strong(page.title)],
      blocks: markdownBlocks(page.text.replace(/^#\s.*\n/, '')),
    };
  },
};
