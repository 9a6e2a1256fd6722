import { type Problem, problem } from '../../core/problem.ts';
import type { Argument } from '../command.ts';

/** Arguments that several commands share. */
export const serviceArgument: Argument = {
  name: 'service',
  kind: 'service',
  required: true,
  named: false,
  summary: 'The service; inside an incident its own.',
};

export const environmentArgument: Argument = {
  name: 'env',
  kind: 'environment',
  required: false,
  named: true,
  summary: 'The environment; inside an incident its own, elsewhere it must be named.',
};

export const reasonArgument: Argument = {
  name: 'reason',
  kind: 'text',
  required: false,
  named: true,
  summary: 'Why; the policy may demand it.',
};

export const ticketArgument: Argument = {
  name: 'ticket',
  kind: 'word',
  required: false,
  named: true,
  summary: 'What it refers to elsewhere, like OPS-123; the policy may demand it.',
};

export const anotherArgument: Argument = {
  name: 'another',
  kind: 'word',
  required: false,
  named: true,
  summary: 'yes: a plan of its own, though somebody else has asked for the same and it waits.',
  choices: ['yes'],
};

export const scopeArgument: Argument = {
  name: 'scope',
  kind: 'word',
  required: true,
  named: false,
  summary: 'A service, or all.',
};

export const operationArgument: Argument = {
  name: 'operation',
  kind: 'operation',
  required: true,
  named: false,
  summary: 'The operation, as its card names it.',
};

export const incidentArgument: Argument = {
  name: 'incident',
  kind: 'incident',
  required: false,
  named: true,
  summary: 'The incident; inside its thread it need not be named.',
};

export const proposalArgument: Argument = {
  name: 'proposal',
  kind: 'word',
  required: true,
  named: false,
  summary: 'The proposal, as its card names it.',
};

export function refuseOutside(verb: string): Problem {
  return problem('INCIDENT_REQUIRED', { verb });
}

/** See `core/operation/split-brain.ts`. */
export const acceptArgument = {
  name: 'accept',
  kind: 'word',
  required: false,
  named: true,
  summary: 'Words that a refusal asks for, where the old writer cannot be kept from writing.',
} as const satisfies Argument;
