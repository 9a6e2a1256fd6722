import {
  type ProposalState,
  proposalIn,
  proposerName,
  whyOver,
} from '../core/incident/proposal.ts';
import { terminal } from '../core/operation/operation.ts';
import { denial } from '../core/operation/policy.ts';
import { problem } from '../core/problem.ts';
import type { Answer } from '../core/view/card.ts';
import { code } from '../core/view/words.ts';
import { refused, said } from './answer.ts';
import { understand } from './arguments.ts';
import { type Asking, isProblem, type OperationCommand, type RequestCommand } from './command.ts';
import { parseLine } from './grammar.ts';
import { questionOf, turnDown } from './judgement.ts';
import { proposable } from './proposable.ts';

/**
 * A person makes a proposal their own. From here on it is a line that they typed: their groups, their quota, a plan
 * that is drafted now, and approvals of others. Who proposed it goes on the record beside them and counts for nothing.
 */
export async function requestProposal(
  command: RequestCommand,
  asked: Asking,
  {
    cause,
    plan,
  }: {
    readonly cause: string;
    readonly plan: (command: OperationCommand, asked: Asking, cause: string) => Promise<Answer>;
  },
): Promise<Answer> {
  const { desk, by, incident } = asked;
  if (!incident) return refused(problem('INCIDENT_REQUIRED', { verb: command.name }), desk);
  const id = String(asked.args['proposal']);
  const proposal = proposalIn(incident, id);
  const over = whyOver(id, incident, desk.journalNow());
  if (!proposal || over) {
    return turnDown(over ?? problem('PROPOSAL_UNKNOWN', { proposal: id }), asked, cause);
  }
  const denied = denial(desk.settings.policy, questionOf(command, asked, proposal));
  if (denied) return turnDown(denied, asked, cause);
  const before = await liveRequest(proposal, asked);
  if (before?.person === by.person) {
    return said('asker', ['You have asked for it already: ', code(before.operation)], []);
  }
  const meant = askingOf(proposal, asked);
  if (isProblem(meant)) return turnDown(meant, asked, cause);
  return plan(meant.command, meant.asked, cause);
}

/** The operation that it was asked for by, while that is not over. */
async function liveRequest({ request }: ProposalState, { desk }: Asking) {
  if (!request) return undefined;
  const operation = await desk.operation(request.operation);
  const isOver = !operation || (terminal.has(operation.status) && operation.status !== 'done');
  return isOver ? undefined : request;
}

/** The line that is proposed as this person asks for it, by what the configuration says now. */
function askingOf({ line, proposal, proposer, why }: ProposalState, asked: Asking) {
  const { desk, incident } = asked;
  const utterance = parseLine(line);
  if ('code' in utterance) return utterance;
  const command = proposable(utterance.verb);
  if (isProblem(command)) return command;
  const understood = understand(command, utterance, { settings: desk.settings, incident });
  if (isProblem(understood)) return understood;
  const { reason, ticket } = asked.args;
  const args = {
    reason: `${proposerName(proposer)} proposed it: ${why}`,
    ...understood.args,
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticket }),
  };
  const proposedBy = { proposal, proposer };
  return { command, asked: { ...asked, ...understood, line, args, proposedBy } };
}
