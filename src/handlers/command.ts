import type { Incident } from '../core/incident/incident.ts';
import type { IncidentIntent, MoveIntent } from '../core/incident/intent.ts';
import type { ProposedBy } from '../core/incident/proposal.ts';
import type { OperationIntent } from '../core/operation/decide.ts';
import type { HaltIntent } from '../core/operation/halt.ts';
import type { OperationState, Shown } from '../core/operation/operation.ts';
import type { Risk } from '../core/operation/plan.ts';
import type { Evidence } from '../core/person.ts';
import type { Draft } from '../core/ports/step.ts';
import type { Problem } from '../core/problem.ts';
import type { Action, Block, Picture, Text } from '../core/view/card.ts';
import type { Desk, Telling } from './desk.ts';

/**
 * One declaration a command: help, the grammar, completion, docs, modals and options are generated from it. It holds no
 * sentence for a person but its own help line, and nothing it can name has a write.
 */
export type Command =
  | ReadCommand
  | OwnCommand
  | IncidentCommand
  | MoveCommand
  | GateCommand
  | HaltCommand
  | IdentityCommand
  | RequestCommand
  | OperationCommand;

interface Declared {
  readonly name: string;
  readonly family: Family;
  readonly risk: Risk;
  readonly summary: string;
  readonly args: readonly Argument[];
  /** Takes the named arguments of other commands as well, and reads them by itself. */
  readonly open?: true;
  readonly example: string;
  /** What a form holds already, by argument; short enough to be typed. */
  prefills?(incident: Incident): Readonly<Record<string, string>>;
  /** Optional arguments without which it would be refused there. */
  wants?(incident: Incident): readonly string[];
}

export type Family = 'ops' | 'incident' | 'change' | 'danger';

export interface Argument {
  readonly name: string;
  /** `service`: from the incident when left out. `named` arguments are written `name=value`. */
  readonly kind:
    | 'service'
    | 'environment'
    | 'operation'
    | 'incident'
    | 'count'
    | 'duration'
    | 'word'
    | 'text'
    | 'person';
  readonly required: boolean;
  readonly named: boolean;
  readonly summary: string;
  readonly choices?: readonly string[];
}

/** Arguments after parsing: checked against their kinds. Missing optional ones are absent. */
export type Arguments = Readonly<Record<string, string | number>>;

/** Answers the one who asked; changes nothing. */
export interface ReadCommand extends Declared {
  readonly does: 'read';
  /** It repeats what others wrote: what looks like a secret is taken out of all of it. Printed output is masked anyway. */
  readonly quotes?: boolean;
  answer(asked: Asking): Promise<Reading | Problem>;
}

export interface Reading {
  readonly title: Text;
  readonly blocks: readonly Block[];
  readonly picture?: Picture;
  /** What may be done about it next. */
  readonly actions?: readonly Action[];
  /** To the asker alone, when absent. */
  readonly to?: 'thread';
}

/** Changes what concerns the one who asks and nobody else: no rule is asked for it. */
export interface OwnCommand extends Declared {
  readonly does: 'own';
  act(asked: Asking, telling: Telling): Promise<Reading | Problem>;
}

/** Says something about the incident it is typed in, or the one named. */
export interface IncidentCommand extends Declared {
  readonly does: 'incident';
  /** It asks outside before it says anything: whom the policy refuses is refused before that. */
  readonly asksOutside?: true;
  intent(asked: Asking): Incidental | Promise<Incidental>;
  /** What the asker is told of it, where that is more than that it is done. */
  told?(intent: IncidentIntent): Reading | undefined;
}

type Incidental = IncidentIntent | Problem | InsteadOfIntent;

/** What a command comes to where it has nothing to say to the incident: it only looked, or people have to approve it. */
export type InsteadOfIntent =
  | { readonly type: 'Reading'; readonly reading: Reading }
  | { readonly type: 'Subject'; readonly subject: Subject };

/** Moves something between the incident it is typed in and another one. */
export interface MoveCommand extends Declared {
  readonly does: 'move';
  intent(asked: Asking): Promise<MoveIntent | Problem>;
}

/** Decides about an operation that is planned or under way. */
export interface GateCommand extends Declared {
  readonly does: 'gate';
  /** `shown`: the operation's card as it stands where the line was typed. */
  intent(
    asked: Asking,
    operation: OperationState,
    shown: Shown,
  ): OperationIntent | Problem | Promise<OperationIntent | Problem>;
}

/** Keeps changes from beginning, without an approval; what lifts that again is planned. */
export interface HaltCommand extends Declared {
  readonly does: 'halt';
  /** Undefined where it is asked to lift. */
  intent(asked: Asking): HaltIntent | Problem | undefined;
  subject?(asked: Asking): Promise<Subject | Problem>;
}

/** Takes accounts on and gives them up. What is refused is on the record of whoever asked. */
export interface IdentityCommand extends Declared {
  readonly does: 'identity';
  tell(asked: Asking, cause: string): Promise<Reading | Problem>;
}

/** Makes a proposal the line of whoever asks for it. */
export interface RequestCommand extends Declared {
  readonly does: 'request';
}

/** Makes a plan. The integration that holds the target drafts the steps; nothing is changed by asking. */
export interface OperationCommand extends Declared {
  readonly does: 'operation';
  /** Under which role of the service its target stands, where one line of arguments tells. */
  readonly role?: (args: Arguments) => string;
  /** Refused or found to need no change before anything is on the record. */
  subject(asked: Asking): Promise<Subject | Problem>;
}

/** What is to be planned, for whom it is judged, and who drafts it. */
export interface Subject {
  readonly service: string;
  readonly environment: string;
  readonly incident: string;
  /** The operation this takes back; '' for none. */
  readonly undoes: string;
  /** Names of the configured targets that it may write. */
  readonly targets: readonly string[];
  draft(operation: string): Promise<Draft>;
}

export interface Asking {
  readonly desk: Desk;
  readonly at: number;
  readonly by: Evidence;
  readonly line: string;
  readonly args: Arguments;
  /** What an open command was given beside its own arguments, as typed. */
  readonly others?: Readonly<Record<string, string>>;
  readonly service: string;
  readonly environment: string;
  readonly incident: Incident | undefined;
  /** The proposal that they made their own; absent where they thought of it. */
  readonly proposedBy?: ProposedBy;
  /** Names this request and no other, told again too: what it makes is named after it. */
  readonly request: string;
}

export function isProblem(value: object): value is Problem {
  return 'code' in value && 'facts' in value;
}
