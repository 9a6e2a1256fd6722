import { erasedStream } from '../core/erasure.ts';
import { isByPerson, type Recorded } from '../core/event.ts';
import { isDeed } from '../core/incident/incident.ts';
import type { Surface } from '../core/ports/surface.ts';
import type { Problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Words } from '../core/view/words.ts';
import type { Desk } from '../handlers/desk.ts';
import type { Dispatch } from '../handlers/dispatch.ts';
import type { BotParts } from './bot-parts.ts';
import { contextOf, wordsOf } from './card-context.ts';
import type { ChatDesk } from './chat.ts';
import { createDeadlines } from './deadlines.ts';
import { deliverTo } from './delivery.ts';
import { createDesk, liveOperations, openIncidents } from './desk.ts';
import { createDirectories } from './directories.ts';
import { createEngine, type Engine } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import { createEnriching } from './enriching.ts';
import { createGraphing } from './graphing.ts';
import { fuseOf } from './groups.ts';
import { createBotIdentities, openPeople } from './identity/open.ts';
import { createThreadsLoop, type LaneReading, type Wake } from './loops/threads/index.ts';
import { createOperations } from './operations.ts';
import { createOutsideLoops } from './outside-loops.ts';
import { type PeopleLoops, startPeopleLoops } from './people-loops.ts';
import { createPersonRecord } from './person-record.ts';
import { createProposals, type Proposals } from './proposals.ts';
import type { StreamName } from './readings.ts';
import { createSecurity, type Security } from './security/index.ts';
import { createSnapshots, readJournal } from './snapshots.ts';
import { createStands } from './standing.ts';
import { createTalk } from './talk.ts';
import { createThreads, type Threads } from './threads.ts';

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
