import type { RequestCommand } from '../command.ts';
import { proposalArgument, reasonArgument, ticketArgument } from './arguments.ts';

/** What it comes to is the line that is proposed: the policy is asked about that, and a plan is made of that. */
export const request: RequestCommand = {
  does: 'request',
  name: 'request',
  family: 'incident',
  risk: 'incident',
  summary: 'Ask for what a program or a watch proposes, as if you had typed it.',
  args: [proposalArgument, reasonArgument, ticketArgument],
  example: 'request pr-3f9a2c7d11',
};
