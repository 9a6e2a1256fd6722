import type { IncidentCommand } from '../command.ts';
import { proposalArgument, reasonArgument } from './arguments.ts';

export const dismiss: IncidentCommand = {
  does: 'incident',
  name: 'dismiss',
  family: 'incident',
  risk: 'incident',
  summary: 'Take a proposal from the incident, so that nobody asks for it.',
  args: [proposalArgument, reasonArgument],
  example: 'dismiss pr-3f9a2c7d11 reason="the cache is being replaced"',
  intent: ({ desk, by, args }) => ({
    type: 'DismissProposal',
    at: desk.journalNow(),
    by,
    proposal: String(args['proposal']),
    reason: String(args['reason'] ?? ''),
  }),
};
