import type { ErasedEvent, Recorded, Sha256 } from '../event.ts';
import { proposerName } from '../incident/proposal.ts';
import type { Membership } from '../person.ts';
import { factsLine, rowOf, type TrailRow, whoIs } from '../record/row.ts';
import type { Called } from './glass.ts';
import {
  type Approval,
  evolve,
  initialOperation,
  type OperationEvent,
  type OperationState,
} from './operation.ts';
import { type Change, compensationsOf, type Step } from './plan.ts';

/**
 * The record of one operation, one row for each event. What its steps did stands beside who asked for it, the plan's
 * hash, the rule, and whoever had approved by then.
 */
export function operationTrail(
  events: readonly Recorded<OperationEvent>[],
  sha256: Sha256,
): readonly TrailRow[] {
  let state = initialOperation(events[0]?.stream.replace(/^operation\//, '') ?? '');
  return events.map((recorded) => {
    const { event } = recorded;
    state = evolve(state, event, recorded);
    return { ...rowOf(recorded), ...about(state), ...said(event, state, sha256) };
  });
}

function about({ id, hash = '', rule, approvals, glass }: OperationState): Partial<TrailRow> {
  const broken = glass ? [`glass broken by ${glass.evidence.person} under ${glass.rule}`] : [];
  return {
    operation: id,
    hash,
    rule: rule?.where ?? '',
    approvals: [...approvals.map(approval), ...broken].join('; '),
  };
}

/** `ben as sre (static) on slack/main, T01/U02, shown 7f3a9c21, with a passkey`. */
function approval({ evidence, shown }: Approval): string {
  const { person, memberships, surface, account, stepUp } = evidence;
  const seen = shown.digest === '' ? '' : `, shown ${shown.digest.slice(0, 8)}`;
  const factor = stepUp ? `, with a second factor (${stepUp.factor})` : '';
  const groups = memberships.map(membership).join(', ') || 'nobody';
  return `${person} as ${groups} on ${surface}, ${account}${seen}${factor}`;
}

/** `dba (slack_usergroup T01/S01, 40 s old)`: how it was known. */
function membership({ group, source, query, ageMs }: Membership): string {
  if (source === 'static') return `${group} (static)`;
  return `${group} (${query ?? source}, ${Math.round(ageMs / 1000)} s old)`;
}

function said(
  event: OperationEvent | ErasedEvent,
  state: OperationState,
  sha256: Sha256,
): Partial<TrailRow> {
  switch (event.type) {
    case 'OperationAsked': {
      const { line, reason, requester, ticket, proposedBy } = event;
      const why = [reason, ticket ?? ''].filter((part) => part !== '').join(' · ');
      const outcome = proposedBy
        ? `asked, as ${proposedBy.proposal} of ${proposerName(proposedBy.proposer)} proposed`
        : 'asked';
      return { ...whoIs(requester), what: line, reason: why, outcome };
    }
    case 'OperationPlanned': {
      const { plan } = event;
      const targets = plan.targets.map(({ id }) => id).join(', ');
      const what = plan.steps.map((step) => `${step.id}: ${changes(step.change)}`).join('; ');
      return { ...requesterOf(state), target: targets, what, outcome: 'planned' };
    }
    case 'ApprovalGiven':
      return { ...whoIs(event.approver), what: 'approval', outcome: 'given' };
    case 'GlassBroken': {
      const { breaker, reason, rule } = event;
      return { ...whoIs(breaker), what: 'approvals done without', reason, rule, outcome: 'broken' };
    }
    case 'GlassReviewed':
      return { what: event.comment, outcome: `reviewed: ${event.as}` };
    case 'ReviewReminded':
    case 'PeopleTold':
      return { what: called(event.called), outcome: 'told' };
    case 'RequestJoined':
      return { ...whoIs(event.by), what: event.line, reason: event.reason, outcome: 'joined' };
    case 'ApprovalsVoided':
      return { what: `approvals of ${event.people.join(', ')}`, outcome: 'void: the clock jumped' };
    case 'ApproverAsked':
      // Whom it names did nothing yet.
      return { person: '', what: event.person, outcome: 'asked to approve' };
    case 'ApproverPassed':
      return { person: '', what: event.person, outcome: `passed over: ${event.why}` };
    case 'OperationSettled':
      return { what: 'settled', outcome: event.as };
    case 'CheckpointShown':
      return { what: event.checkpoint };
    case 'StepIntended':
    case 'StepApplied':
    case 'StepMissed':
    case 'StepProgressed':
    case 'StepVerified':
    case 'StepFailed':
    case 'OperationUnknown':
      return stepRow(event, state, sha256);
    case 'OperationFailed':
      return { ...requesterOf(state), outcome: event.problem.code };
    case 'OperationStarted':
      return { ...requesterOf(state), outcome: 'started' };
    case 'OperationSucceeded':
      return { ...requesterOf(state), outcome: 'done' };
    default:
      return outcomes.get(event.type) ?? {};
  }
}

/** Of what says everything else itself. */
const outcomes: ReadonlyMap<string, Partial<TrailRow>> = new Map([
  ['OperationApproved', { outcome: 'approved' }],
  ['ApprovalWithdrawn', { outcome: 'approval withdrawn' }],
  ['OperationDeclined', { outcome: 'declined' }],
  ['OperationCancelled', { outcome: 'cancelled' }],
  ['OperationExpired', { outcome: 'expired' }],
  ['StopRequested', { outcome: 'stop asked for' }],
]);

type OfStep = Extract<OperationEvent, { readonly step: string }>;

function stepRow(event: OfStep, state: OperationState, sha256: Sha256): Partial<TrailRow> {
  const step = stepOf(state, event.step);
  return {
    ...requesterOf(state),
    step: event.step,
    what: step ? changes(step.change) : '',
    target: step?.target.id ?? '',
    outcome: outcomeOf(event),
    output: outputOf(event, sha256),
  };
}

function outcomeOf(event: OfStep): string {
  switch (event.type) {
    case 'StepIntended':
      return `attempt ${event.attempt} begun`;
    case 'StepApplied':
      return event.known === 'answer' ? 'applied' : 'applied, as a look showed';
    case 'StepMissed':
      return `changed nothing: ${event.why}`;
    case 'StepProgressed':
      return 'under way';
    case 'StepVerified':
      return 'verified';
    case 'StepFailed':
    case 'OperationUnknown':
      return event.problem.code;
    default:
      return event satisfies never;
  }
}

function outputOf(event: OfStep, sha256: Sha256): string {
  const { outputs = {} } =
    event.type === 'StepApplied' || event.type === 'StepVerified' ? event : {};
  return Object.keys(outputs).length > 0 ? sha256(factsLine(outputs)) : '';
}

function called(groups: readonly Called[]): string {
  return groups.map(({ group, people }) => `${group}: ${people.join(', ')}`).join('; ');
}

function requesterOf({ asked }: OperationState): Partial<TrailRow> {
  return asked ? { ...whoIs(asked.requester), reason: asked.reason } : {};
}

/** Of the plan, its compensations included: they stand among the steps only once they are due. */
function stepOf({ plan }: OperationState, id: string): Step | undefined {
  return plan?.steps
    .flatMap((step) => [step, ...compensationsOf(step)])
    .find((step) => step.id === id);
}

function changes(all: readonly Change[]): string {
  return all.map(({ path, from, to }) => `${path}: ${from ?? 'none'} → ${to ?? 'none'}`).join(', ');
}
