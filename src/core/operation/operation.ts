import type { SeverityKnown } from '../alert/severity.ts';
import type { ErasedEvent } from '../event.ts';
import type { ProposedBy } from '../incident/proposal.ts';
import type { Evidence } from '../person.ts';
import type { Progress } from '../ports/step.ts';
import type { Facts, Problem } from '../problem.ts';
import {
  type Asked as AskedDirectly,
  type AskingEvent,
  evolveAsking,
  type Joined,
} from './asking.ts';
import { type ApprovalsVoided, evolveVoid, type Voided } from './clock-jump.ts';
import { evolveGlass, type Glass, type GlassEvent } from './glass.ts';
import type { Plan, Step } from './plan.ts';
import type { AllowRule } from './policy.ts';
import { evolveStep, freshStep, onStep } from './step-evolve.ts';
import { evolveTelling, type PeopleTold, type Telling } from './tell.ts';

export type OperationEvent =
  | GlassEvent
  | AskingEvent
  | ApprovalsVoided
  | PeopleTold
  | ({ readonly type: 'OperationAsked'; readonly v: 1 } & Request)
  | { readonly type: 'OperationRefused'; readonly v: 1; readonly problem: Problem }
  | {
      readonly type: 'OperationPlanned';
      readonly v: 1;
      readonly plan: Plan;
      readonly hash: string;
      readonly rule: AllowRule;
      /** What the policy was asked beside what the plan says; absent in what 0.1.0 wrote. */
      readonly judged?: Judged;
    }
  | {
      readonly type: 'ApprovalGiven';
      readonly v: 1;
      readonly approver: Evidence;
      readonly hash: string;
      /** What the approver was shown: digest of the card, and where. */
      readonly shown: Shown;
    }
  | {
      readonly type: 'ApprovalWithdrawn';
      readonly v: 1;
      readonly person: string;
      /** Why it was taken from them; absent where they took it back themselves. */
      readonly because?: Problem;
    }
  | { readonly type: 'OperationApproved'; readonly v: 1; readonly hash: string }
  | {
      readonly type: 'OperationDeclined';
      readonly v: 1;
      readonly person: string;
      /** Where it was said; absent in what 0.1.0 wrote, here and below. */
      readonly surface?: string;
      readonly reason: string;
    }
  | {
      readonly type: 'OperationCancelled';
      readonly v: 1;
      readonly person: string;
      readonly surface?: string;
    }
  | { readonly type: 'OperationExpired'; readonly v: 1 }
  | { readonly type: 'OperationStale'; readonly v: 1; readonly problem: Problem }
  /** Approved, and nobody can say now whether the approvals still count. */
  | { readonly type: 'BeginPutOff'; readonly v: 1; readonly problem: Problem }
  | { readonly type: 'OperationStarted'; readonly v: 1; readonly hash: string }
  | {
      readonly type: 'StepIntended';
      readonly v: 1;
      readonly step: string;
      readonly attempt: number;
      readonly token: string;
      /** Until when (ms) a lost request may still land. */
      readonly landsBefore: number;
    }
  | {
      readonly type: 'StepApplied';
      readonly v: 1;
      readonly step: string;
      readonly attempt: number;
      /** `answer`: the target said so. `probe`: we looked afterwards. */
      readonly known: 'answer' | 'probe';
      readonly outputs: Facts;
    }
  /** This attempt surely changed nothing; another may follow. */
  | {
      readonly type: 'StepMissed';
      readonly v: 1;
      readonly step: string;
      readonly attempt: number;
      readonly why: string;
    }
  | {
      readonly type: 'StepProgressed';
      readonly v: 1;
      readonly step: string;
      readonly progress: Progress;
    }
  | {
      readonly type: 'StepVerified';
      readonly v: 1;
      readonly step: string;
      /** What it gave out beside what it answered; absent for nothing. */
      readonly outputs?: Facts;
    }
  | {
      readonly type: 'StepFailed';
      readonly v: 1;
      readonly step: string;
      readonly problem: Problem;
    }
  | { readonly type: 'StopRequested'; readonly v: 1; readonly person: string }
  | { readonly type: 'OperationSucceeded'; readonly v: 1 }
  | {
      readonly type: 'OperationFailed';
      readonly v: 1;
      readonly problem: Problem;
      readonly compensated: boolean;
    }
  | {
      readonly type: 'OperationUnknown';
      readonly v: 1;
      readonly step: string;
      readonly problem: Problem;
    }
  | {
      readonly type: 'OperationSettled';
      readonly v: 1;
      readonly person: string;
      readonly surface?: string;
      readonly as: 'done' | 'not-done';
      readonly reason: string;
    }
  /** The newest signed checkpoint when the plan or its result was first shown: the chat becomes a witness of the journal. */
  | { readonly type: 'CheckpointShown'; readonly v: 1; readonly checkpoint: string }
  | {
      readonly type: 'RequestRefused';
      readonly v: 1;
      readonly person: string;
      readonly surface: string;
      readonly what: string;
      readonly problem: Problem;
    };

/** The facts of a verdict that stand in no plan. With them it is given anew before the first step. */
export interface Judged {
  readonly family: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly targets: readonly string[];
  readonly severities: readonly SeverityKnown[];
}

export interface Shown {
  /** Of what the button stood on; of a typed approval, of the card as it was last posted there, or as the record made it. */
  readonly digest: string;
  readonly surface: string;
  /** Nothing was pressed: the digest says what there was to see, not where the person looked. */
  readonly typed?: true;
}

export type OperationStatus =
  | 'none'
  | 'asked'
  | 'refused'
  | 'waiting'
  | 'approved'
  | 'running'
  | 'verifying'
  | 'done'
  | 'failed'
  | 'stale'
  | 'declined'
  | 'cancelled'
  | 'expired'
  | 'unknown';

export interface OperationState {
  readonly id: string;
  readonly status: OperationStatus;
  readonly asked?: Asked;
  readonly plan?: Plan;
  readonly hash?: string;
  readonly rule?: AllowRule;
  readonly judged?: Judged;
  readonly approvals: readonly Approval[];
  /** Approvers who were asked directly, or passed over, in order; nobody when absent. */
  readonly asking?: readonly AskedDirectly[];
  /** Approvals that a jump of the clock took back, the last time. */
  readonly voided?: Voided;
  /** Who asked for the same while it waited. */
  readonly joined?: readonly Joined[];
  /** Broken instead of the approvals. */
  readonly glass?: Glass;
  /** Whom the rule told, of what. */
  readonly told?: readonly Telling[];
  /** Forward steps, then compensations once they are due. */
  readonly steps: readonly StepState[];
  readonly compensating: boolean;
  /** It failed, and every compensation was verified. */
  readonly compensated: boolean;
  readonly stoppedBy?: string;
  /** Why it does not begin although it is approved. */
  readonly putOff?: Problem;
  /** Why it ended, for every end that needs a reason. */
  readonly problem?: Problem;
  readonly endedBy?: { readonly person: string; readonly surface: string; readonly reason: string };
  readonly settledAs?: 'done' | 'not-done';
  /** Short form of the newest checkpoint when it was planned, or ended. */
  readonly checkpoint?: string;
  /** When it began to wait for people. */
  readonly plannedAt?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** What somebody asked for. */
export interface Request {
  readonly verb: string;
  readonly line: string;
  readonly service: string;
  readonly environment: string;
  /** Where it was asked; '' when outside any incident. */
  readonly incident: string;
  readonly requester: Evidence;
  readonly reason: string;
  /** What it refers to elsewhere, `OPS-123`; absent for nothing. */
  readonly ticket?: string;
  /** The operation this one takes back; '' for none. */
  readonly undoes: string;
  /** The proposal that the requester made their own; absent where they thought of it. */
  readonly proposedBy?: ProposedBy;
}

export interface Asked extends Request {
  readonly at: number;
}

export interface Approval {
  readonly evidence: Evidence;
  readonly at: number;
  readonly shown: Shown;
}

export interface StepState {
  readonly step: Step;
  readonly phase:
    | 'waiting'
    | 'intended'
    | 'applied'
    | 'verified'
    | 'failed'
    | 'unknown'
    | 'skipped';
  readonly attempt: number;
  readonly token: string;
  readonly landsBefore: number;
  readonly intendedAt: number;
  readonly appliedAt: number;
  readonly outputs: Facts;
  readonly compensation: boolean;
  readonly progress?: Progress;
  readonly problem?: Problem;
}

export const terminal: ReadonlySet<OperationStatus> = new Set([
  'refused',
  'done',
  'failed',
  'stale',
  'declined',
  'cancelled',
  'expired',
]);

export function initialOperation(id: string): OperationState {
  return { id, status: 'none', approvals: [], steps: [], compensating: false, compensated: false };
}

/** State evolves only from what is on disk. Total: an event it does not know, or an erased one, changes nothing. */
export function evolve(
  state: OperationState,
  event: OperationEvent | ErasedEvent,
  meta: { readonly at: number },
): OperationState {
  switch (event.type) {
    case 'OperationAsked': {
      const { type: _, v: __, ...asked } = event;
      return { ...state, status: 'asked', asked: { ...asked, at: meta.at } };
    }
    case 'OperationRefused':
      return { ...ended(state, 'refused', meta.at), problem: event.problem };
    case 'OperationPlanned':
      return {
        ...state,
        status: 'waiting',
        plannedAt: meta.at,
        plan: event.plan,
        hash: event.hash,
        rule: event.rule,
        ...(event.judged && { judged: event.judged }),
        steps: event.plan.steps.map((step) => freshStep(step, false)),
      };
    case 'ApprovalGiven':
      return {
        ...state,
        approvals: [
          ...state.approvals,
          { evidence: event.approver, at: meta.at, shown: event.shown },
        ],
      };
    case 'ApprovalWithdrawn':
      return {
        ...state,
        status: state.glass ? state.status : 'waiting',
        approvals: state.approvals.filter(({ evidence }) => evidence.person !== event.person),
      };
    case 'OperationApproved':
      return { ...state, status: 'approved' };
    case 'ApprovalsVoided':
      return evolveVoid(state, event, meta.at);
    case 'RequestJoined':
    case 'ApproverAsked':
    case 'ApproverPassed':
      return evolveAsking(state, event, meta.at);
    case 'GlassBroken':
    case 'GlassReviewed':
    case 'ReviewReminded':
      return evolveGlass(state, event, meta.at);
    case 'PeopleTold':
      return evolveTelling(state, event, meta.at);
    case 'OperationDeclined':
      return {
        ...ended(state, 'declined', meta.at),
        endedBy: { person: event.person, surface: event.surface ?? '', reason: event.reason },
      };
    case 'OperationCancelled':
      return {
        ...ended(state, 'cancelled', meta.at),
        endedBy: { person: event.person, surface: event.surface ?? '', reason: '' },
      };
    case 'OperationExpired':
      return ended(state, 'expired', meta.at);
    case 'OperationStale':
      return { ...ended(state, 'stale', meta.at), problem: event.problem };
    case 'BeginPutOff':
      return { ...state, putOff: event.problem };
    case 'OperationStarted':
      return { ...state, status: 'running', startedAt: meta.at };
    case 'CheckpointShown':
      return { ...state, checkpoint: event.checkpoint };
    case 'StopRequested':
      return { ...state, stoppedBy: event.person };
    case 'OperationSucceeded':
      return ended(state, 'done', meta.at);
    case 'OperationFailed':
      return {
        ...ended(state, 'failed', meta.at),
        problem: event.problem,
        compensated: event.compensated,
      };
    case 'OperationUnknown':
      return {
        ...onStep(state, event.step, (step) => ({
          ...step,
          phase: 'unknown',
          problem: event.problem,
        })),
        status: 'unknown',
        problem: event.problem,
      };
    case 'OperationSettled':
      return {
        ...ended(state, event.as === 'done' ? 'done' : 'failed', meta.at),
        settledAs: event.as,
        endedBy: { person: event.person, surface: event.surface ?? '', reason: event.reason },
      };
    case 'StepIntended':
    case 'StepApplied':
    case 'StepMissed':
    case 'StepProgressed':
    case 'StepVerified':
    case 'StepFailed':
      return evolveStep(state, event, meta.at);
    default:
      return state;
  }
}

/** Whether the effect of any step stands: the answer to "did anything change". */
export function anythingApplied(state: OperationState): boolean {
  return state.steps.some(({ appliedAt }) => appliedAt > 0);
}

function ended(state: OperationState, status: OperationStatus, at: number): OperationState {
  return { ...state, status, endedAt: at };
}
