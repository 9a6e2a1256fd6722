import type { Recorded } from '../core/event.ts';
import type { Incident } from '../core/incident/incident.ts';
import type { AlertSource } from '../core/ports/alert-source.ts';
import type { Copied } from '../core/ports/backup.ts';
import type { Changes } from '../core/ports/changes.ts';
import type { Endpoint } from '../core/ports/endpoint.ts';
import type { Journal, Ownership } from '../core/ports/journal.ts';
import type { OnCalls, Pager } from '../core/ports/pager.ts';
import type { Planner, StepDriver, TargetRef } from '../core/ports/step.ts';
import type { Finding } from '../core/ports/target.ts';
import type { TelemetryReader } from '../core/ports/telemetry.ts';
import type { Looked, WorkloadReader } from '../core/ports/workload.ts';
import type { Facts, Problem, ProblemBook } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { RunbookHint } from '../core/view/incident-card.ts';
import type { Desk, RunbookPage } from '../handlers/desk.ts';
import type { DispatchCounts } from '../handlers/dispatch.ts';
import type { Backups } from './backups/index.ts';
import type { Clock } from './clock.ts';
import type { Chat } from './desk.ts';
import type { Enriching } from './enriching.ts';
import type { Graphing, GraphingParts } from './graphing.ts';
import type { MutedSource } from './muted-source.ts';
import type { ApprovalCounts } from './people-loops.ts';
import type { Pulse } from './pulse.ts';
import type { ServedDirectory } from './rosters.ts';
import type { SecurityParts } from './security/index.ts';

/** What a running journal offers beside the port. */
export interface LiveJournal extends Journal {
  onAppended(listener: (recorded: readonly Recorded[]) => void): () => void;
}

/** One configured target, connected. The writer is opened by the operations loop alone, on first need. */
export interface ConnectedTarget extends Copied {
  /** `kubernetes/eu-1`. */
  readonly name: string;
  readonly planner?: Planner;
  readonly workload?: WorkloadReader;
  readonly telemetry?: TelemetryReader;
  /** How what it holds stands now: who leads, who follows. Changes nothing. */
  standing?(): Promise<Looked<Facts>>;
  /** Whether what it serves can be used now; absent where only an address can be asked. */
  endpoint?(withinMs: number): Endpoint;
  /** As it answered last. */
  health(): 'ok' | 'degraded' | 'down';
  /** What `tocsin doctor` says of it and of what is used there; changes nothing. */
  doctor(used: readonly TargetRef[]): Promise<readonly Finding[]>;
  /** Absent where nothing can be changed. */
  openWriter?(): { readonly steps: Readonly<Record<string, StepDriver>>; close(): void } | Problem;
  close(): void;
}

export interface BotParts
  extends Pick<SecurityParts, 'securityCounts' | 'limits'>,
    Pick<GraphingParts, 'panels'> {
  readonly journal: LiveJournal;
  readonly ownership: Ownership;
  readonly clock: Clock;
  readonly sha256: (text: string) => string;
  readonly settings: () => Settings;
  readonly book: ProblemBook;
  readonly publicUrl: string;
  readonly targets: readonly ConnectedTarget[];
  readonly sources: readonly AlertSource[];
  /** Sources that can be told to be silent. */
  readonly silences?: readonly MutedSource[];
  /** Where people are paged. */
  readonly pagers?: readonly Pager[];
  /** Those of them that say who is on call. */
  readonly onCalls?: readonly OnCalls[];
  /** Where changes are told to those who are paged. */
  readonly changes?: readonly Changes[];
  readonly runbooks: Runbooks;
  /** Who keeps groups elsewhere; known once the surfaces are connected. */
  readonly directories?: () => readonly ServedDirectory[];
  /** Every session of a person ends: they lost an account. */
  readonly endSessions?: (person: string) => Promise<void>;
  /** Chat platforms that people are reached on; known once they are connected. */
  readonly chats?: () => readonly Chat[];
  /** Where the console can be reached from a chat platform. */
  readonly consoleLink?: Desk['consoleLink'];
  /** Whether people can give second factors in the console. */
  readonly hasFactors?: boolean;
  readonly times: BotTimes;
  /** Told of each turn of the loops that turn by themselves. */
  readonly pulse?: Pick<Pulse, 'beat'>;
  readonly counts?: DispatchCounts;
  /** What is backed up; nothing is where it is absent. */
  readonly backups?: Backups;
  /** Draws graphs; none are drawn where it is absent. */
  readonly graphing?: Graphing;
  /** Looks into new incidents; nobody does where it is absent. */
  readonly enriching?: Enriching;
  readonly approvals?: ApprovalCounts;
  readonly log: Log;
}

export type Log = (message: string, fields: Readonly<Record<string, unknown>>) => void;

export interface Runbooks {
  hint(incident: Incident): RunbookHint | undefined;
  page(incident: Incident): RunbookPage | undefined;
}

export interface BotTimes {
  /** Firing again within this time after the end is the same thread. */
  readonly resolvedJoinMs: number;
  readonly compareEveryMs: number;
  readonly ackReminderMs: number;
  /** How long before its end people read that a silence ends; 15 min when absent. */
  readonly silenceWarningMs?: number;
  readonly deadlinesEveryMs: number;
  readonly operationPollMs: number;
  readonly snapshotEveryMs: number;
}
