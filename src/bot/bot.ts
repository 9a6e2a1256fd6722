import { scheduler } from '../core/backup/schedule.ts';
import { erasedStream } from '../core/erasure.ts';
import { isByPerson, type Recorded } from '../core/event.ts';
import { type Incident, isDeed } from '../core/incident/incident.ts';
import type { AlertSource } from '../core/ports/alert-source.ts';
import type { Copied } from '../core/ports/backup.ts';
import type { Changes } from '../core/ports/changes.ts';
import type { Journal, Ownership } from '../core/ports/journal.ts';
import type { OnCalls, Pager } from '../core/ports/pager.ts';
import type { Planner, StepDriver, TargetRef } from '../core/ports/step.ts';
import type { Surface } from '../core/ports/surface.ts';
import type { Finding } from '../core/ports/target.ts';
import type { TelemetryReader } from '../core/ports/telemetry.ts';
import type { Looked, WorkloadReader } from '../core/ports/workload.ts';
import type { Facts, Problem, ProblemBook } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { RunbookHint } from '../core/view/incident-card.ts';
import type { Words } from '../core/view/words.ts';
import type { Desk, RunbookPage } from '../handlers/desk.ts';
import { createDispatch, type Dispatch, type DispatchCounts } from '../handlers/dispatch.ts';
import type { Backups } from './backups/index.ts';
import type { ChatDesk } from './chat.ts';
import { createChatDesk } from './chat-desk.ts';
import type { Clock } from './clock.ts';
import { createDeadlines } from './deadlines.ts';
import { deliverTo } from './delivery.ts';
import { type Chat, createDesk, liveOperations, openIncidents } from './desk.ts';
import { createDirectories } from './directories.ts';
import { createEngine, type Engine } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import { createEnriching, type Enriching } from './enriching.ts';
import { createGraphing, type Graphing, type GraphingParts } from './graphing.ts';
import { fuseOf } from './groups.ts';
import { createBotIdentities, openPeople } from './identity/open.ts';
import { createInbox } from './inbox.ts';
import { createThreadsLoop, type LaneReading, type Wake } from './loops/threads/index.ts';
import type { MutedSource } from './muted-source.ts';
import { createOperations } from './operations.ts';
import { createOutsideLoops } from './outside-loops.ts';
import { type ApprovalCounts, type PeopleLoops, startPeopleLoops } from './people-loops.ts';
import { createPersonRecord } from './person-record.ts';
import { createProposals, type Proposals } from './proposals.ts';
import type { Pulse } from './pulse.ts';
import type { StreamName } from './readings.ts';
import { createRenderings } from './renderings.ts';
import type { ServedDirectory } from './rosters.ts';
import { createSecurity, type Security, type SecurityParts } from './security/index.ts';
import { limitedDispatch } from './security/limits.ts';
import { createSnapshots, readJournal } from './snapshots.ts';
import { createStands } from './standing.ts';
import { createThreads, type Threads } from './threads.ts';

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

export interface Bot {
  /** With the accounts that are people's own now. */
  settings(): Settings;
  readonly engine: Engine;
  readonly dispatch: Dispatch;
  readonly desk: Desk;
  readonly security: Security;
  readonly proposals: Proposals;
  readonly threads: Threads;
  readonly words: Words;
  /** The bot as chat surfaces see it. */
  readonly chat: ChatDesk;
  /** Ask a source soon. */
  reconcile(source: string): void;
  trouble(source: string): Problem | undefined;
  readings(): {
    readonly openIncidents: number;
    readonly operations: Readonly<Record<string, number>>;
    readonly threadsWaiting: number;
    /** Deeds that wait to be done where people are paged. */
    readonly pagesWaiting: number;
    /** Asks from chat whose answer is being worked out. */
    readonly asksWorking: number;
    /** Incidents whose graph is not drawn yet. */
    readonly graphsWaiting: number;
    /** New incidents that nobody has looked into yet. */
    readonly enrichmentsWaiting: number;
    /** Of each chat surface: what waits, and what it cannot reach. */
    readonly lanes: readonly LaneReading[];
  };
  /** Loops begin; everything that is under way is looked at. */
  start(surfaces: readonly Surface[]): void;
  /** Every thread shows what it should. */
  settled(): Promise<void>;
  /** No new step; what is in flight may finish. */
  close(): Promise<void>;
}

/** The bot without its outside: readings from the journal, decisions, loops. `main.ts` brings the rest. */
export async function createBot(given: BotParts): Promise<Bot> {
  const { parts, record } = await openPeople(given);
  const { journal, clock, log } = parts;
  const { readings, from } = await readJournal(journal, log, parts.times.resolvedJoinMs);
  const { sources, directoriesLoop, members } = createDirectories(parts, record);
  const engine = createEngine(engineOptions(parts, members), readings);
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  const words = wordsOf(parts);
  const threads = createThreads({
    engine,
    context: (incident) => contextOf(parts, words, incident),
    defaultPlaces: () => parts.settings().routes.otherwise.places,
  });
  const { targets, readers } = createStands(parts, engine);
  const security = createSecurity({ ...parts, engine });
  const graphing = createGraphing(parts, { engine, threads });
  const identity = createBotIdentities(given, { record, engine, tellSecurity: security.tell });
  const desk = createDesk({
    ...parts,
    security,
    graph: graphing.graph,
    ...(parts.backups && { listBackups: parts.backups.list }),
    engine,
    identity,
    sources,
    recordPerson: createPersonRecord(journal),
    words,
    threads,
    now: clock.now,
    ...readers,
    runbook: (incident) => parts.runbooks.page(incident),
  });
  const enrichment = createEnriching(parts, { engine, desk });
  const { operationsLoop, writers } = createOperations(parts, { engine, sources, targets });
  const outside = createOutsideLoops(parts, engine, { graphs: graphing.loop, enrichment, desk });
  const snapshots = createSnapshots(parts, engine, from);
  const deadlinesLoop = createDeadlines(parts, { engine, members, snapshots });
  let threadsLoop: ReturnType<typeof createThreadsLoop> | undefined;
  let people: PeopleLoops | undefined;
  const { dispatch, inbox, chat } = createTalk(parts, {
    engine,
    desk,
    threads,
    security,
    left: identity.left,
  });

  return {
    settings: parts.settings,
    engine,
    dispatch,
    chat,
    desk,
    security,
    proposals: createProposals(desk, { now: clock.now, refused: security.refused }),
    threads,
    words,
    reconcile: outside.ask,
    trouble: outside.trouble,
    readings: () => ({
      openIncidents: openIncidents(engine).length,
      operations: byStatus(engine),
      threadsWaiting: threadsLoop?.backlog() ?? 0,
      pagesWaiting: outside.pagesWaiting(),
      asksWorking: inbox.working(),
      graphsWaiting: graphing.loop.waiting(),
      enrichmentsWaiting: enrichment?.waiting() ?? 0,
      lanes: threadsLoop?.lanes() ?? [],
    }),
    start(surfaces) {
      const loop = createThreadsLoop({ ...parts, engine, surfaces, threads });
      threadsLoop = loop;
      const configured = () => given.settings().people;
      const tellSecurity = security.tell;
      const speaking = { ...parts, engine, words, members, identity, configured, tellSecurity };
      people = startPeopleLoops(speaking, surfaces);
      engine.onChange((changed, recorded) => {
        if (erasedStream(recorded) !== undefined) {
          for (const thread of threads.of(changed)) {
            for (const surface of surfaces) surface.forget?.(thread);
          }
        }
        const why = wakeOf(changed, recorded);
        for (const thread of threads.of(changed)) loop.wake(thread, why);
        people?.wake(changed, recorded);
        outside.wake(changed, recorded);
        if (changed.kind === 'operation') operationsLoop.wake(changed.id);
        if (['target', 'halt', 'limit'].includes(changed.kind)) {
          for (const { id, status } of liveOperations(engine)) {
            if (status === 'approved') operationsLoop.wake(id);
          }
        }
      });
      for (const thread of threads.all()) loop.wake(thread);
      operationsLoop.start();
      outside.start();
      deadlinesLoop.start();
      directoriesLoop.start();
      inbox.resume(deliverTo(surfaces, clock)).catch((error: unknown) => {
        log('what was asked before the start was not taken up', { error });
      });
    },
    settled: async () => threadsLoop?.idle(),
    async close() {
      await Promise.all(
        [operationsLoop, outside, deadlinesLoop, directoriesLoop].map((each) => each.close()),
      );
      await inbox.idle();
      await people?.close();
      await security.close();
      await threadsLoop?.close();
      await snapshots.save();
      writers.close();
      for (const each of parts.targets) each.close();
    },
  };
}

function wakeOf(changed: StreamName, recorded: Recorded): Wake {
  // That a surface is silent is news beside what happens.
  if (changed.kind === 'surface' || recorded.event.type === 'IncidentEnriched') return 'enrichment';
  return isByPerson(recorded) || isDeed(recorded.event.type) ? 'answer' : 'state';
}

function wordsOf({ settings, book }: BotParts): Words {
  const names = settings().people.map(({ id, name }) => [id, name] as const);
  return { names: new Map([...names, [scheduler, 'the schedule']]), book };
}

/** How people are heard: everywhere by dispatch, on chat platforms through the inbox. */
function createTalk(
  parts: BotParts,
  {
    engine,
    desk,
    threads,
    security,
    left,
  }: {
    readonly engine: Engine;
    readonly desk: Desk;
    readonly threads: Threads;
    readonly security: Security;
    readonly left: NonNullable<ChatDesk['left']>;
  },
) {
  const dispatch = createDispatch(desk, parts.counts);
  const renderings = createRenderings(parts.clock.now);
  const inbox = createInbox({
    ...parts,
    dispatch,
    renderings,
    limits: security.limits,
    words: desk.words,
    pending: () => engine.readings.asks,
    shownOn: async (surface, thread, key) =>
      (await engine.posts(thread))[`${surface} ${key}`]?.digest ?? '',
  });
  const chat = createChatDesk({
    ...parts,
    renderings,
    engine,
    inbox,
    threads,
    desk,
    left,
    blobs: parts.journal.blobs,
  });
  return { dispatch: limitedDispatch(dispatch, security.limits, desk.words), inbox, chat };
}

/** What decisions are limited by, as the configuration says now. */
function engineOptions(
  { journal, clock, sha256, settings }: BotParts,
  members: (group: string) => readonly string[],
): EngineOptions {
  return {
    journal,
    now: clock.now,
    sha256,
    pendingMax: () => settings().pendingMax,
    fuse: () => fuseOf(settings(), members),
    windows: () => settings().freezes ?? [],
  };
}

function byStatus(engine: Engine): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state } of engine.readings.operations.values()) {
    counts[state.status] = (counts[state.status] ?? 0) + 1;
  }
  return counts;
}

function contextOf({ publicUrl, runbooks, settings }: BotParts, words: Words, incident?: Incident) {
  return {
    ...words,
    publicUrl,
    runbook: incident && runbooks.hint(incident),
    suggestions: incident && suggestions(settings(), incident),
  };
}

/** What often helps: a workload that can be rolled back gets the button. A press only makes a plan. */
function suggestions(settings: Settings, { opened, firing }: Incident) {
  const environment = settings.catalog.services
    .find(({ name }) => name === opened.service)
    ?.environments.find(({ name }) => name === opened.environment);
  if (firing === 0 || !environment?.targets['workload']) return [];
  return [
    { label: 'Plan a rollback', line: 'rollback' },
    { label: 'Logs', line: 'logs' },
  ];
}
