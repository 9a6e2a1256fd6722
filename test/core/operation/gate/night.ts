import type { SeverityKnown } from '../../../../src/core/alert/severity.ts';
import type { OperationIntent } from '../../../../src/core/operation/decide.ts';
import type { OperationEvent, OperationState } from '../../../../src/core/operation/operation.ts';
import type { Risk } from '../../../../src/core/operation/plan.ts';
import type {
  Place,
  Policy,
  PolicyQuestion,
  PolicyRule,
  Verdict,
} from '../../../../src/core/operation/policy.ts';
import type { Evidence } from '../../../../src/core/person.ts';

/** What is looked at: the pure core as it is, or one that was broken on purpose. */
export interface Core {
  readonly decide: (intent: OperationIntent, state: OperationState) => readonly OperationEvent[];
  readonly judge: (policy: Policy, question: PolicyQuestion) => Verdict;
}

/** A policy, who may come by, and in our own words what it demands. */
export interface Night {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly risk: Risk;
  /** How ana, who asks, may stand at any moment. */
  readonly asker: readonly Evidence[];
  /** The others. */
  readonly people: readonly Evidence[];
  readonly onCall?: string;
  /** What the open incidents may say at any moment. */
  readonly severities: readonly (readonly SeverityKnown[])[];
  /** When the policy may be asked. */
  readonly times: readonly number[];
  /** Written by hand and not read from the rules: undefined where nobody may have it begun. */
  readonly wants: (moment: Asking) => Demand | undefined;
  /** What is to be taken back, in every way that it may have ended. */
  readonly originals?: readonly Original[];
}

/** What the policy is asked with. */
export interface Asking {
  readonly asker: Evidence;
  readonly severities: readonly SeverityKnown[];
  readonly at: number;
}

/** What must have been done by people before it begins. */
export interface Demand {
  readonly places: readonly Place[];
  readonly stepUp?: true;
  readonly surfaces?: readonly string[];
  readonly glass?: { readonly from: readonly string[]; readonly perDay: number };
  /** One of them is to be neither the requester nor an approver. */
  readonly severityBy?: readonly string[];
}

export interface Original {
  readonly name: string;
  readonly state: OperationState;
  /** Whether its approval covers an undo that this person asks for at that time. */
  readonly covers: (by: Evidence, at: number) => boolean;
}

/**
 * What holds outside in one turn. It may be anything in any turn: people leave and come back, directories fall silent, the
 * policy is loaded anew, halts come and go. So no state has to remember it.
 */
export interface Moment extends Asking {
  readonly verdict: Verdict;
  readonly demand: Demand | undefined;
}

/** What a careful witness writes down, without asking the core. */
export interface Witness {
  /** Minutes on the clock of the host. */
  readonly ticks: number;
  readonly asker: string;
  /** What was demanded when it was planned. */
  readonly demanded?: Demand;
  readonly approvals: readonly Press[];
  readonly glass?: Press;
  readonly original?: string;
  /** Somebody who may has said no, or its time was over and it was said so. */
  readonly isOver: boolean;
}

export interface Press {
  readonly person: string;
  readonly surface: string;
  readonly factored: boolean;
}

export interface Move {
  readonly name: string;
  readonly intent: OperationIntent;
  readonly moment?: Moment;
  readonly original?: Original;
  /** The clock of the host jumps by so many minutes. */
  readonly jump?: number;
}

export interface Turn {
  readonly night: Night;
  readonly move: Move;
  readonly witness: Witness;
  readonly before: OperationState;
  readonly events: readonly OperationEvent[];
  readonly after: OperationState;
  readonly at: number;
}

export const tick = 60_000;
export const expiresAtTick = 3;
