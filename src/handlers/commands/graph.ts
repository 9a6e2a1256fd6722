import { type Problem, problem } from '../../core/problem.ts';
import { graphPicture, graphText } from '../../core/view/graph-words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
import { environmentArgument, refuseOutside, serviceArgument } from './arguments.ts';

export const graph: ReadCommand = {
  does: 'read',
  name: 'graph',
  family: 'ops',
  risk: 'read',
  summary:
    'Show what the alert of an incident measures, as a picture, with its threshold and what was done meanwhile.',
  args: [
    serviceArgument,
    {
      name: 'over',
      kind: 'duration',
      required: false,
      named: true,
      summary: 'How far back, 30 days at most; six hours when left out.',
    },
    environmentArgument,
  ],
  example: 'graph checkout over=24h',
  answer,
};

async function answer({ desk, incident, args }: Asking): Promise<Reading | Problem> {
  if (!incident) return refuseOutside('graph');
  if (!desk.graph) {
    return problem('GRAPH_NOBODY_MEASURES', { source: incident.opened.source });
  }
  const { over } = args;
  const looked = await desk.graph(incident, typeof over === 'number' ? over : undefined);
  if (!looked.ok) return looked.problem;
  const { value: drawn } = looked;
  return {
    title: graphText(drawn),
    blocks: [{ kind: 'code', title: '', text: drawn.expression }],
    picture: graphPicture(drawn),
    // Whoever works on the incident wants to see the same.
    to: 'thread',
  };
}
