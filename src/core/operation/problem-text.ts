import type { ProblemBook } from '../problem.ts';

const untouched = 'Nothing was changed.';

/** Words for the refusals and failures that the gate and the operations themselves can end in. */
export const operationProblems: ProblemBook = {
  POLICY_DENIED: {
    what: '{verb} {service} was refused.',
    changed: untouched,
    why: 'The policy forbids it ({rule}).',
    next: '`policy {verb} {service}` says what would be allowed.',
  },
  POLICY_NO_RULE: {
    what: '{verb} {service} was refused.',
    changed: untouched,
    why: 'No rule of the policy allows {verb} (risk {risk}) here, and what no rule allows is refused.',
    next: 'Add a rule under `policies:` and run `tocsin check`.',
  },
  NOT_A_REQUESTER: {
    what: '{verb} {service} was refused.',
    changed: untouched,
    why: 'Only members of {groups} may ask for it ({rule}).',
    next: 'Ask somebody of {groups} to type the command.',
  },
  REASON_REQUIRED: {
    what: '{verb} {service} was refused.',
    changed: untouched,
    why: 'The policy wants a reason for this ({rule}).',
    next: 'Add `reason="why"` to the command.',
  },
  APPROVE_OWN_REQUEST: {
    what: 'Your approval of `{line}` does not count.',
    changed: untouched,
    why: 'You asked for it, so somebody else must approve it.',
    next: 'Ask a colleague to press Approve on the card.',
  },
  NOT_AN_APPROVER: {
    what: 'Your word on `{line}` does not count.',
    changed: untouched,
    why: 'Only members of {groups} decide about it ({rule}).',
    next: '`who {service}` names them.',
  },
  PLACES_FILLED: {
    what: 'Your approval of `{line}` was not needed.',
    changed: untouched,
    why: 'Every place that you could fill is taken by another approver ({rule}).',
    next: 'Another group still has to approve; the card says which.',
  },
  SURFACE_MAY_NOT_APPROVE: {
    what: 'Your approval of `{line}` does not count here.',
    changed: untouched,
    why: 'The policy takes approvals from {surfaces} only, not from {surface} ({rule}).',
    next: 'Open the plan there and approve it.',
  },
  PLAN_HASH_DIFFERS: {
    what: 'Your answer does not fit this plan.',
    changed: untouched,
    why: 'You named plan {given}, and {operation} is plan {hash}.',
    next: 'Read the card once more and answer with `approve {operation} {hash}`.',
  },
  PLAN_EXPIRED: {
    what: 'The plan `{line}` has expired.',
    changed: untouched,
    why: 'Its time was over before enough people approved it.',
    next: '`{line}` makes a fresh plan.',
  },
  PLAN_STALE: {
    what: '`{line}` did not run.',
    changed: untouched,
    why: '{field} is {observed} now; the plan was made when it was {planned}.',
    next: '`{line}` makes a fresh plan.',
  },
  STEP_STALE: {
    what: '`{line}` stopped at step {step}.',
    changed: 'This step changed nothing; the steps before it stand.',
    why: '{field} is {observed} now; the plan was made when it was {planned}.',
    next: 'Look at {target}; `undo {operation}` plans the way back.',
  },
  PLAN_NOT_RUNNABLE: {
    what: '`{line}` was not planned.',
    changed: untouched,
    why: 'The plan that was drafted cannot be followed: {flaw}.',
    next: 'This is a fault of the integration: report it with the name {operation}.',
  },
  POLICY_CHANGED: {
    what: '`{line}` did not run.',
    changed: untouched,
    why: 'The policy was changed after it was approved.',
    next: '`{line}` makes a fresh plan under the policy of now.',
  },
  APPROVAL_NO_LONGER_COUNTS: {
    what: '`{line}` did not run.',
    changed: untouched,
    why: 'Somebody who approved it may not approve it any more ({rule}).',
    next: '`{line}` makes a fresh plan.',
  },
  OPERATION_NOT_WAITING: {
    what: '{operation} is not waiting for an answer.',
    changed: untouched,
    why: 'It is {status}.',
    next: 'The newest card of the thread has the plan that waits, if any.',
  },
  OPERATION_NOT_RUNNING: {
    what: '{operation} cannot be stopped.',
    changed: untouched,
    why: 'It is {status}.',
    next: '`undo {operation}` plans the way back, if it is done.',
  },
  OPERATION_NOT_UNKNOWN: {
    what: '{operation} needs no settling.',
    changed: untouched,
    why: 'It is {status}, not unknown.',
    next: 'Nothing is left to do.',
  },
  OPERATION_NOT_FOUND: {
    what: 'I know no operation {operation}.',
    changed: untouched,
    why: 'No plan of that name is on the record.',
    next: '`locks` and the incident thread name the operations.',
  },
  SETTLE_OWN_REQUEST: {
    what: 'You cannot settle {operation} alone.',
    changed: untouched,
    why: 'You asked for it, so somebody else must say how it ended.',
    next: 'Ask an approver to look at the target and to type `settle {operation} done` or `not-done`.',
  },
  NOT_THE_REQUESTER: {
    what: '{operation} was not cancelled.',
    changed: untouched,
    why: 'Only {requester}, who asked for it, may cancel it.',
    next: 'An approver may `decline {operation}`.',
  },
  NOTHING_TO_WITHDRAW: {
    what: 'You have no approval of {operation} to withdraw.',
    changed: untouched,
    why: 'No approval of yours is on it.',
    next: '`decline {operation}` ends the plan.',
  },
  PLAN_INTERRUPTED: {
    what: '`{line}` was not planned.',
    changed: untouched,
    why: 'Tocsin was restarted while it looked at the target.',
    next: 'Type `{line}` again.',
  },
  NOTHING_TO_UNDO: {
    what: '{operation} cannot be undone.',
    changed: untouched,
    why: '{why}',
    next: 'The plan card says which steps are irreversible.',
  },
  TARGET_KEEPS_MOVING: {
    what: '`{line}` stopped at step {step}.',
    changed: 'This step changed nothing.',
    why: '{attempts} tries came to nothing: {target} was written by somebody else, or the request was lost.',
    next: 'Find out who writes {target}, then type `{line}` again.',
  },
  STEP_DID_NOT_TAKE_EFFECT: {
    what: '`{line}` stopped at step {step}.',
    changed: 'This step changed nothing.',
    why: 'It did not take effect at {target}, and a step of this kind is never sent twice.',
    next: 'Look at {target}, then type `{line}` again.',
  },
  STEP_OUTCOME_UNKNOWN: {
    what: 'How step {step} of `{line}` ended is unknown.',
    changed: 'It may or may not have taken effect; the lock on {target} stays.',
    why: 'The answer got lost, and the target does not tell.',
    next: 'Look at {target}, then type `settle {operation} done` or `settle {operation} not-done`.',
  },
  STEP_KIND_UNKNOWN: {
    what: '`{line}` stopped at step {step}.',
    changed: 'Nothing was sent by this process.',
    why: 'This build does not know steps of kind {kind}.',
    next: 'Configure the integration that does, then look at {target}.',
  },
  STEP_FAILED: {
    what: '`{line}` failed at step {step}.',
    changed: 'The steps above say what stands.',
    why: 'The target did not do what it was asked.',
    next: '`undo {operation}` plans the way back.',
  },
  VERIFY_TIMED_OUT: {
    what: '`{line}` was applied but is not healthy.',
    changed: 'The change stands.',
    why: 'After {seconds} s it still says: {progress}.',
    next: '`undo {operation}` plans the way back.',
  },
  STOPPED: {
    what: '`{line}` was stopped by {person}.',
    changed: 'The steps that are marked done stand; no later one began.',
    why: 'A person asked for it to stop.',
    next: '`undo {operation}` plans the way back.',
  },
  STOPPED_UNCHANGED: {
    what: '`{line}` was stopped by {person}.',
    changed: untouched,
    why: 'A person asked for it to stop before its first step.',
    next: '`{line}` makes a fresh plan.',
  },
};
