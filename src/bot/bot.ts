import { performance } from 'node:perf_hooks';
import { erasedStream } from '../core/erasure.ts';
import type { Recorded } from '../core/event.ts';
import type { Incident } from '../core/incident/incident.ts';
import type { AlertSource } from '../core/ports/alert-source.ts';
import type { Journal, Ownership } from '../core/ports/journal.ts';
import type { Planner, StepDriver, TargetRef } from '../core/ports/step.ts';
import type { Surface } from '../core/ports/surface.ts';
import type { WorkloadReader } from '../core/ports/workload.ts';
import type { Facts, Problem, ProblemBook } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { RunbookHint } from '../core/view/incident-card.ts';
import type { Words } from '../core/view/words.ts';
import type { Desk, RunbookPage } from '../handlers/desk.ts';
import { createDispatch, type Dispatch } from '../handlers/dispatch.ts';
import type { Clock } from './clock.ts';
import { createDesk, evidenceOf, liveOperations, openIncidents } from './desk.ts';
import { createEngine, type Engine } from './engine.ts';
import { createDeadlinesLoop } from './loops/deadlines.ts';
import { createOperationsLoop } from './loops/operations.ts';
import { createSourcesLoop } from './loops/sources.ts';
import { createThreadsLoop } from './loops/threads.ts';
import { createPersonRecord } from './person-record.ts';
import {
  apply,
  emptyReadings,
  exportReadings,
  importReadings,
  type Readings,
  readingsVersion,
  sweep,
} from './readings.ts';
import { createThreads, type Threads } from './threads.ts';

/** What a running journal offers beside the port. */
export interface LiveJournal extends Journal {
  onAppended(listener: (recorded: readonly Recorded[]) => void): () => void;
}

/** One configured target, connected. The writer is opened by the operations loop alone, on first need. */
export interface ConnectedTarget {
  /** `kubernetes/eu-1`. */
  readonly name: string;
  readonly planner: Planner;
  readonly workload?: WorkloadReader;
  /** As it answered last. */
  health(): 'ok' | 'degraded' | 'down';
  /** What `tocsin doctor` says of it and of what is used there; changes nothing. */
  doctor(used: readonly TargetRef[]): Promise<readonly Finding[]>;
  openWriter(): { readonly steps: Readonly<Record<string, StepDriver>>; close(): void } | Problem;
  close(): void;
}

export interface Finding {
  readonly check: string;
  readonly facts: Facts;
  readonly problem?: Problem;
}

export interface BotParts {
  readonly journal: LiveJournal;
  readonly ownership: Ownership;
  readonly clock: Clock;
  readonly sha256: (text: string) => string;
  readonly settings: () => Settings;
  readonly book: ProblemBook;
  readonly publicUrl: string;
  readonly targets: readonly ConnectedTarget[];
  readonly sources: readonly AlertSource[];
  readonly runbooks: Runbooks;
  readonly times: BotTimes;
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
  readonly deadlinesEveryMs: number;
  readonly operationPollMs: number;
  readonly snapshotEveryMs: number;
}

export interface Bot {
  readonly engine: Engine;
  readonly dispatch: Dispatch;
  readonly desk: Desk;
  readonly threads: Threads;
  readonly words: Words;
  /** Ask a source soon. */
  reconcile(source: string): void;
  trouble(source: string): Problem | undefined;
  readings(): {
    readonly openIncidents: number;
    readonly operations: Readonly<Record<string, number>>;
    readonly threadsWaiting: number;
  };
  /** Loops begin; everything that is under way is looked at. */
  start(surfaces: readonly Surface[]): void;
  /** Every thread shows what it should. */
  settled(): Promise<void>;
  /** No new step; what is in flight may finish. */
  close(): Promise<void>;
}

/** How many events a replay takes at a time, and after how many it lets go of what is over. */
const tailSize = 5000;
const sweepEvery = 20_000;

/** The bot without its outside: readings from the journal, decisions, loops. `main.ts` brings the rest. */
export async function createBot(parts: BotParts): Promise<Bot> {
  const { journal, clock, log } = parts;
  const { readings, from } = await readJournal(journal, log, parts.times.resolvedJoinMs);
  const engine = createEngine({ journal, now: clock.now, sha256: parts.sha256 }, readings);
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  const words: Words = {
    names: new Map(parts.settings().people.map(({ id, name }) => [id, name])),
    book: parts.book,
  };
  const threads = createThreads({
    engine,
    context: (incident) => ({
      ...words,
      publicUrl: parts.publicUrl,
      runbook: incident && parts.runbooks.hint(incident),
      suggestions: incident && suggestions(parts.settings(), incident),
    }),
    defaultPlaces: () => parts.settings().routes.otherwise.places,
  });
  const target = (integration: string, name: string) =>
    parts.targets.find((candidate) => candidate.name === `${integration}/${name}`);
  const desk = createDesk({
    ...parts,
    engine,
    recordPerson: createPersonRecord(journal),
    words,
    threads,
    now: clock.now,
    planner: (integration, name) => target(integration, name)?.planner,
    workload: (integration, name) => target(integration, name)?.workload,
    runbook: (incident) => parts.runbooks.page(incident),
  });
  const writers = openWriters(parts.targets, log);
  const operationsLoop = createOperationsLoop({
    engine,
    clock,
    ownership: parts.ownership,
    driver: writers.driver,
    standing: ({ approvals }) =>
      approvals.map(({ evidence }) => evidenceOf(parts.settings(), evidence)),
    policyDigest: () => parts.settings().policy.digest,
    pollMs: parts.times.operationPollMs,
    log,
  });
  const sourcesLoop = createSourcesLoop({
    engine,
    clock,
    sources: parts.sources,
    everyMs: parts.times.compareEveryMs,
    log,
  });
  const snapshots = createSnapshots(parts, engine, from);
  const deadlinesLoop = createDeadlinesLoop({
    engine,
    clock,
    ackReminderMs: parts.times.ackReminderMs,
    members: (group) => parts.settings().groups.find(({ name }) => name === group)?.members ?? [],
    everyMs: parts.times.deadlinesEveryMs,
    sweep(now) {
      sweep(engine.readings, now);
      snapshots.due(now);
    },
    log,
  });
  let threadsLoop: ReturnType<typeof createThreadsLoop> | undefined;

  return {
    engine,
    dispatch: createDispatch(desk),
    desk,
    threads,
    words,
    reconcile: sourcesLoop.wake,
    trouble: sourcesLoop.trouble,
    readings: () => ({
      openIncidents: openIncidents(engine).length,
      operations: byStatus(engine),
      threadsWaiting: threadsLoop?.backlog() ?? 0,
    }),
    start(surfaces) {
      const loop = createThreadsLoop({
        engine,
        clock,
        sha256: parts.sha256,
        surfaces,
        desired: threads.desired,
        place: threads.place,
        log,
      });
      threadsLoop = loop;
      engine.onChange((changed, recorded) => {
        if (erasedStream(recorded) !== undefined) {
          for (const thread of threads.of(changed)) {
            for (const surface of surfaces) surface.forget?.(thread);
          }
        }
        for (const thread of threads.of(changed)) loop.wake(thread);
        if (changed.kind === 'operation') operationsLoop.wake(changed.id);
        if (changed.kind === 'target') {
          for (const { id, status } of liveOperations(engine)) {
            if (status === 'approved') operationsLoop.wake(id);
          }
        }
      });
      for (const [id, { state }] of engine.readings.incidents) {
        if (state.status !== 'none') loop.wake(id);
      }
      for (const id of engine.readings.operationsOf.get('') ?? []) loop.wake(id);
      operationsLoop.start();
      sourcesLoop.start();
      deadlinesLoop.start();
    },
    settled: async () => threadsLoop?.idle(),
    async close() {
      await Promise.all([operationsLoop.close(), sourcesLoop.close(), deadlinesLoop.close()]);
      await threadsLoop?.close();
      await snapshots.save();
      writers.close();
      for (const each of parts.targets) each.close();
    },
  };
}

/** From the newest snapshot, or from the first event when there is none that today's code evolved. */
async function readJournal(
  journal: Journal,
  log: Log,
  joinMs: number,
): Promise<{ readonly readings: Readings; readonly from: number }> {
  const began = performance.now();
  const snapshot = await journal.snapshots.load('readings', readingsVersion);
  const readings = snapshot ? importReadings(snapshot.state, joinMs) : emptyReadings(joinMs);
  const from = readings.position;
  let next = journal.tail(from, tailSize);
  let position = from;
  let swept = from;
  for (;;) {
    const tail = await next;
    position = tail.position;
    // The store reads on while this part is taken in.
    if (!tail.end) next = journal.tail(position, tailSize);
    for (const recorded of tail.recorded) apply(readings, recorded);
    // A long record holds few incidents that still matter: the others leave memory as they did when it was written.
    const last = tail.recorded.at(-1);
    if (last && position - swept >= sweepEvery) {
      sweep(readings, last.at);
      swept = position;
    }
    if (tail.end) break;
  }
  const ms = Math.round(performance.now() - began);
  log('journal read', { position, snapshot: from, ms });
  return { readings, from };
}

/** A start that had to read more than this on top of its snapshot writes a new one as soon as it runs. */
const replayedMax = 20_000;

function createSnapshots({ journal, times, clock, log }: BotParts, engine: Engine, from: number) {
  let savedPosition = from;
  let savedAt = engine.readings.position - from > replayedMax ? 0 : clock.now();
  let saving: Promise<void> | undefined;

  function save(): Promise<void> {
    saving ??= write().finally(() => {
      saving = undefined;
    });
    return saving;
  }

  async function write(): Promise<void> {
    if (engine.readings.position === savedPosition) return;
    savedAt = clock.now();
    try {
      // What was erased must not be written down again.
      await engine.forgets();
      sweep(engine.readings, savedAt);
      const { position } = engine.readings;
      await journal.snapshots.save({
        name: 'readings',
        evolve: readingsVersion,
        position,
        state: exportReadings(engine.readings),
      });
      savedPosition = position;
    } catch (error) {
      // A cache that cannot be written costs time at the next start, nothing else.
      log('snapshot was not written', { error });
    }
  }

  return {
    save,
    due(now: number) {
      if (now - savedAt >= times.snapshotEveryMs) void save();
    },
  };
}

/** Writers by target, opened on first need by the loop that owns them. */
function openWriters(targets: readonly ConnectedTarget[], log: Log) {
  const opened = new Map<string, Exclude<ReturnType<ConnectedTarget['openWriter']>, Problem>>();
  return {
    async driver(kind: string, name: string): Promise<StepDriver | undefined> {
      const known = opened.get(name);
      if (known) return known.steps[kind];
      const writer = targets.find((target) => target.name === name)?.openWriter();
      if (!writer) return undefined;
      if ('code' in writer) {
        log('target cannot be written', { target: name, code: writer.code });
        return undefined;
      }
      opened.set(name, writer);
      return writer.steps[kind];
    },
    close() {
      for (const writer of opened.values()) writer.close();
    },
  };
}

function byStatus(engine: Engine): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state } of engine.readings.operations.values()) {
    counts[state.status] = (counts[state.status] ?? 0) + 1;
  }
  return counts;
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
