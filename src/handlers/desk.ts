import type { BackupList } from '../core/backup/listed.ts';
import type { BackupRule } from '../core/backup/rule.ts';
import type { DrawnGraph } from '../core/graph/drawn.ts';
import type { CheckResult } from '../core/health.ts';
import type { Incident } from '../core/incident/incident.ts';
import type { IncidentIntent, MoveIntent } from '../core/incident/intent.ts';
import type { SecurityNotice } from '../core/incident/security.ts';
import type { MuteEvent } from '../core/mute.ts';
import type { OperationIntent } from '../core/operation/decide.ts';
import type { HaltIntent, HaltState } from '../core/operation/halt.ts';
import type { LimitState } from '../core/operation/limit.ts';
import type { OperationState, Shown } from '../core/operation/operation.ts';
import type { TargetState } from '../core/operation/target.ts';
import type { Evidence, PersonEvent } from '../core/person.ts';
import type { OnCall } from '../core/ports/pager.ts';
import type { SilenceReader } from '../core/ports/silences.ts';
import type { Planner } from '../core/ports/step.ts';
import type { Looked, WorkloadReader } from '../core/ports/workload.ts';
import type { Facts, Problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Entry } from '../core/view/card.ts';
import type { Words } from '../core/view/words.ts';
import type { Identity } from './identity.ts';

/**
 * All that a handler can reach: readings of the journal, intents to be decided and appended, and readers of the
 * world. There is no writer here, so a handler cannot change a cluster.
 */
export interface Desk {
  readonly settings: Settings;
  readonly words: Words;
  /** Of the console; '' where it has no address of its own. */
  readonly publicUrl: string;
  now(): number;
  /** The same, and never earlier than the newest event: what expires is timed by it. */
  readonly journalNow: () => number;
  sha256(text: string): string;
  /** 128 random bits as hex, drawn when called. */
  nonce(): string;

  incident(id: string): Promise<Incident | undefined>;
  /** What memory holds of one, private or not. */
  incidentNow(id: string): Incident | undefined;
  openIncidents(): readonly Incident[];
  /** All that are open, those that the person may not see too: to judge by, never to show. */
  allIncidents(): readonly Incident[];
  /** Somebody on a surface looked for what they may not see. */
  hid(surface: string): void;
  operation(id: string): Promise<OperationState | undefined>;
  liveOperations(): readonly OperationState[];
  /** Those that are over, whose glass was broken, and that nobody has reviewed. */
  openReviews(): readonly OperationState[];
  operationsOf(incident: string): Promise<readonly OperationState[]>;
  target(id: string): TargetState;
  halts(): HaltState;
  /** What began under a rule that counts: a digest of it names it. */
  runs(rule: string): LimitState;
  /** The runbook that claims one of the incident's alerts. */
  runbook(incident: Incident): RunbookPage | undefined;
  /** Story lines of an incident, from the record. */
  timeline(incident: string): Promise<readonly Entry[]>;
  /** The operation's card as it stands on that surface: what somebody who types there could see. */
  shown(operation: OperationState, surface: string): Promise<Shown>;
  /** What is known of a person at this moment: their groups, those of directories asked where an answer is too old. */
  evidenceOf(person: string, surface: string, account: string): Promise<Evidence>;

  /** Who is in a group as far as is known without asking: for telling people, never for a decision. */
  members(group: string): MembersTold;
  /** Where a person has an account to be spoken to, in the order of their kinds, and whether that surface works now. */
  reach(person: string): readonly Way[];

  tellOperation(id: string, intent: OperationIntent, context: Telling): Promise<Told>;
  tellHalts(intent: HaltIntent, context: Telling): Promise<Told>;
  tellIncident(id: string, intent: IncidentIntent, context: Telling): Promise<Told>;
  /** What is moved from one incident to another. */
  move(intent: MoveIntent, context: Telling): Promise<Told>;
  /** Whose requests a person is not written to about. */
  tellMute(person: string, event: MuteEvent, context: Telling): Promise<void>;
  /** Keeps what no incident and no operation keeps. */
  recordPerson(person: string, event: PersonEvent, context: Telling): Promise<void>;

  /** Tells those who answer for security: see `securityKinds`. */
  tellSecurity(notice: SecurityNotice, context: Telling): Promise<void>;

  /** Whose accounts are whose; absent where that is only what the configuration says. */
  readonly identity?: Identity;

  /** A one-time way into the console for a chat account; undefined where none leads there from a chat platform. */
  consoleLink?(
    person: string,
    via: { readonly surface: string; readonly account: string },
  ): Promise<ConsoleLink | undefined>;

  /** Who is on call, as each pager says it or said it last. */
  onCalls(): Promise<readonly OnCallsTold[]>;
  /** What the alerts of an incident measure, drawn and kept; how far back in ms. Absent where nobody draws. */
  graph?(incident: Incident, spanMs: number | undefined): Promise<Looked<DrawnGraph>>;

  /** The backups of an entry, and what lies where they are kept. Absent where none are configured. */
  backups?(rule: BackupRule): Promise<Looked<BackupList>>;

  planner(integration: string, target: string): Planner | undefined;
  workload(integration: string, target: string): WorkloadReader | undefined;
  /** Of a source that can be told to be silent: what that would hide. */
  silences(source: string): SilenceReader | undefined;
  /** How a target stands, asked now; undefined where it is not connected. */
  standing?(integration: string, target: string): Promise<Standing | undefined>;
  /** Whether what the configuration says of its health holds, looked at now. */
  checks?(of: {
    readonly service: string;
    readonly environment: string;
  }): Promise<readonly CheckResult[]>;
}

export interface Standing {
  /** As it answered last. */
  readonly state: 'ok' | 'degraded' | 'down';
  /** When it was asked, ms; absent where it says no more. */
  readonly at?: number;
  readonly facts?: Facts;
  readonly problem?: Problem;
}

export interface Way {
  /** `console`, `slack`. */
  readonly kind: string;
  readonly isUp: boolean;
}

export interface MembersTold {
  readonly people: readonly string[];
  /** Directories of which nothing is known that is young enough to tell. */
  readonly unknown: readonly string[];
  /** When the oldest roster of it was asked for; absent where the configuration alone names the members. */
  readonly at?: number;
}

export interface OnCallsTold {
  readonly pager: string;
  readonly calls: readonly OnCall[];
  /** When it was so, ms; undefined where it never said. */
  readonly at: number | undefined;
  /** Why what is told may be old. */
  readonly problem?: Problem;
}

export interface ConsoleLink {
  /** Good once. Never recorded. */
  readonly url: string;
  readonly expiresAt: number;
}

export interface RunbookPage {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

export interface Telling {
  /** What made it happen; seen once. */
  readonly cause: string;
  readonly by: string;
}

export interface Told {
  /** The decision was a refusal. */
  readonly refused?: Problem;
  /** False when nothing had to be said: it was so already. */
  readonly changed: boolean;
}
