import { merged, type OperationLine, operationStory } from '../../core/view/operation-story.ts';
import { proposalStory } from '../../core/view/proposal-card.ts';
import { time } from '../../core/view/words.ts';
import type { ReadCommand } from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

/** The last lines; the whole is in the thread and in the export. */
const linesMax = 50;

export const timeline: ReadCommand = {
  does: 'read',
  quotes: true,
  name: 'timeline',
  family: 'ops',
  risk: 'read',
  summary: 'Tell what happened, from the record.',
  args: [incidentArgument],
  example: 'timeline',
  answer: async ({ desk, incident }) => {
    if (!incident) return refuseOutside('timeline');
    const id = incident.opened.incident;
    const told = (await desk.timeline(id)).filter((entry) => entry.kind === 'line');
    const operations = await desk.operationsOf(id);
    const lines = merged<OperationLine>(
      told,
      proposalStory(incident),
      ...operations.map((operation) => operationStory(operation, desk.words)),
    );
    return {
      title: [`Timeline of ${incident.opened.title}`],
      blocks: [
        {
          kind: 'list',
          title: '',
          items: lines.slice(-linesMax).map((line) => [time(line.at), '  ', ...line.text]),
          more: Math.max(0, lines.length - linesMax),
        },
      ],
    };
  },
};
