import type { ProblemBook } from '../problem.ts';

const untouched = 'Nothing was changed.';

/** Words for what becomes of a proposal. */
export const proposalProblems: ProblemBook = {
  PROPOSAL_UNKNOWN: {
    what: 'There is no proposal {proposal} here.',
    changed: untouched,
    why: 'Nothing of that name was proposed in this incident, or it was long ago, or somebody else proposed it.',
    next: 'Look at the cards of the thread; a change can always be typed.',
  },
  PROPOSAL_EXPIRED: {
    what: 'The proposal {proposal} has expired.',
    changed: untouched,
    why: 'Whoever proposed it said until when it is meant.',
    next: 'If it is still right, type the line that its card shows.',
  },
  PROPOSAL_WITHDRAWN: {
    what: 'The proposal {proposal} was taken back.',
    changed: untouched,
    why: 'Whoever proposed it does not propose it any more: {why}',
    next: 'If it is still right, type the line that its card shows.',
  },
  PROPOSAL_DISMISSED: {
    what: 'The proposal {proposal} was dismissed.',
    changed: untouched,
    why: '{person} took it from the incident. {why}',
    next: 'Ask {person}; a change can always be typed.',
  },
  PROPOSAL_INCIDENT_OVER: {
    what: '`{proposal}` is proposed for an incident that is over.',
    changed: untouched,
    why: 'The incident was resolved, and what was proposed for it ended with it.',
    next: 'If it is still right, type the line; `declare` opens a new incident.',
  },
  PROPOSAL_REQUESTED: {
    what: '{person} has asked for the proposal {proposal} before.',
    changed: untouched,
    why: 'It is one change, and {operation} is it.',
    next: 'Look at the card of {operation}; you can approve what somebody else asked for.',
  },
  PROPOSAL_NO_CHANGE: {
    what: '`{verb}` cannot be proposed.',
    changed: untouched,
    why: 'What can be proposed is a change that makes a plan: {known}.',
    next: 'Propose one of these.',
  },
  PROPOSAL_ARGUMENT: {
    what: '`{name}=` cannot stand in a proposal.',
    changed: untouched,
    why: 'Reason, ticket and what is accepted are typed by whoever asks for it, and the incident is the one it is proposed in.',
    next: 'Leave it out of `{line}`.',
  },
  PROPOSAL_KEY_USED: {
    what: 'Something else was proposed under the key {key}.',
    changed: untouched,
    why: 'A key names one proposal: `{line}`.',
    next: 'Draw a new key for a new proposal.',
  },
  PROPOSALS_MANY: {
    what: 'Nothing more was proposed.',
    changed: untouched,
    why: 'An incident holds at most {most} live proposals.',
    next: 'Withdraw one, or wait until one expires.',
  },
};
