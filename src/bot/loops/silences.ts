import { isAsWanted } from '../../core/incident/held.ts';
import { hiddenOf, hidesTooMuch, wouldHide } from '../../core/incident/hides.ts';
import type { Incident } from '../../core/incident/incident.ts';
import type { RecordSilence } from '../../core/incident/intent.ts';
import { madeByOperation } from '../../core/incident/silence-made.ts';
import {
  isWarned,
  pendingSilences,
  type SilenceState,
  sourceOfSilence,
  warnedAt,
} from '../../core/incident/silences.ts';
import type {
  HeldSilence,
  SilenceNotDone,
  Silences,
  SilenceWanted,
} from '../../core/ports/silences.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import { createWokenTurns } from '../woken-turns.ts';

export interface SilencesLoopOptions {
  readonly engine: Pick<Engine, 'incident' | 'operation' | 'tellIncident' | 'readings'>;
  readonly clock: Clock;
  readonly silences: readonly Silences[];
  /** How long before its end people are told that it ends. */
  readonly warnMs: number;
  /** A silence was made, or ended: its source has something new to tell. */
  readonly changed: (source: string) => void;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface SilencesLoop {
  start(): void;
  /** Something of the incident changed. */
  wake(incident: string): void;
  /** An operation went on: a silence that it made is looked after from now on. */
  adopt(operation: string): void;
  /** Resolves when nothing is being asked; what waits for its time is not waited for. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const firstRetryMs = 5000;
const lastRetryMs = 60_000;
/** About five minutes; then a person reads that it did not work. */
const triesMax = 8;

/**
 * Makes the silences that were asked for, and ends them: looked for before each create, so that one whose answer got
 * lost is found and not made twice. An event only wakes it; a restart is one more turn.
 */
export function createSilencesLoop(options: SilencesLoopOptions): SilencesLoop {
  const { engine, clock, log } = options;
  const beganAt = clock.now();
  const tries = new Map<string, { times: number; inDoubtUntil: number }>();
  const adopting = new Set<Promise<void>>();
  const turns = createWokenTurns({
    ...{ clock, hasWork, turn, retryMs: lastRetryMs },
    failed: (id, error) => log('silences failed', { incident: id, error }),
  });

  /** Cheap: it is asked at every change of every incident. */
  function hasWork(id: string): boolean {
    const state = engine.readings.incidents.get(id)?.state;
    return state === undefined || (state.status !== 'none' && state.silences.length > 0);
  }

  async function turn(id: string): Promise<void> {
    const state = await engine.incident(id);
    if (state === undefined || state.status === 'none') return;
    const waits: number[] = [];
    for (const each of pendingSilences(state)) waits.push(await act(id, state, each));
    for (const each of state.silences) waits.push(await watch(id, state, each));
    const soonest = Math.min(...waits.filter((ms) => ms > 0));
    if (Number.isFinite(soonest)) turns.later(id, soonest);
  }

  /** One that holds: its end, and some time before it that somebody is told. */
  async function watch(id: string, incident: Incident, each: SilenceState): Promise<number> {
    const { status, silence, until } = each;
    const now = clock.now();
    if (status !== 'made') return 0;
    if (now >= until) {
      await tell(id, silence, { kind: 'ended', why: 'lapsed' });
      return 0;
    }
    // Where nothing fires any more nothing is heard again.
    if (isWarned(each) || incident.status !== 'open' || incident.firing === 0) return until - now;
    const warnsAt = warnedAt(each, options.warnMs);
    if (now < warnsAt) return warnsAt - now;
    await tell(id, silence, { kind: 'ending' });
    return until - now;
  }

  /** Answers after how many ms it wants another turn; 0 when it is settled. */
  async function act(id: string, state: Incident, silence: SilenceState): Promise<number> {
    const source = sourceOfSilence(state, silence);
    const port = options.silences.find((each) => each.source === source);
    if (!port) return fail(id, silence, problem('SILENCE_NOT_OFFERED', { source }));
    if (silence.status === 'asked' && clock.now() >= silence.until) {
      return fail(id, silence, problem('SILENCE_TOO_LATE', { source }));
    }
    const doubtMs = triesOf(silence, port).inDoubtUntil - clock.now();
    if (doubtMs > 0) return doubtMs;
    const found = await port.find(silence);
    if (!found.ok) return again(id, silence, { port, why: found });
    return silence.status === 'asked'
      ? make(id, silence, { port, held: found.held })
      : end(id, silence, { port, held: found.held });
  }

  /** Makes it, or makes the one that stands as it is wanted now. */
  async function make(id: string, silence: SilenceState, { port, held }: Found): Promise<number> {
    const known = held.find((each) => isAsWanted(each, silence));
    if (known) return settle(id, silence, { kind: 'made', ref: known.ref });
    // Since it was asked for something may fire that must not be hidden, unless people approved that.
    const found = await port.matching(silence.matchers);
    if (!found.ok) return again(id, silence, { port, why: found });
    const ours = held.map(({ ref }) => ref);
    const tooMuch =
      silence.operation === '' ? hidesTooMuch(hiddenOf(wouldHide(found.alerts, ours))) : undefined;
    if (tooMuch) return fail(id, silence, tooMuch);
    const [changes] = held;
    const made = await port.create({
      ...wanted(id, silence, clock.now()),
      ...(changes && { changes }),
    });
    if (!made.ok) return again(id, silence, { port, why: made });
    return settle(id, silence, { kind: 'made', ref: made.ref });
  }

  async function end(id: string, silence: SilenceState, { port, held }: Found): Promise<number> {
    for (const { ref } of held) {
      const removed = await port.remove(ref);
      if (!removed.ok) return again(id, silence, { port, why: removed });
    }
    return settle(id, silence, { kind: 'ended', why: held.length > 0 ? 'asked' : 'gone' });
  }

  async function again(
    id: string,
    silence: SilenceState,
    { port, why }: { readonly port: Silences; readonly why: SilenceNotDone },
  ): Promise<number> {
    if (why.why === 'refused') return fail(id, silence, why.problem);
    const tried = triesOf(silence, port);
    tried.times += 1;
    if (why.why === 'unknown') tried.inDoubtUntil = clock.now() + port.landsWithinMs;
    if (tried.times >= triesMax) {
      const { source } = port;
      const facts = { source, silence: silence.silence, times: tried.times };
      const isOpen = why.why === 'unknown';
      return fail(id, silence, isOpen ? problem('SILENCE_OUTCOME_UNKNOWN', facts) : why.problem);
    }
    log('silence waits', { incident: id, silence: silence.silence, code: why.problem.code });
    const delay = Math.min(firstRetryMs * 2 ** (tried.times - 1), lastRetryMs);
    return Math.max(delay, tried.inDoubtUntil - clock.now());
  }

  /** What was asked before this process began may have been sent by the one before it, and may still land. */
  function triesOf({ silence, askedAt }: SilenceState, port: Silences) {
    const known = tries.get(silence);
    if (known) return known;
    const inDoubtUntil = askedAt < beganAt ? beganAt + port.landsWithinMs : 0;
    const fresh = { times: 0, inDoubtUntil };
    tries.set(silence, fresh);
    return fresh;
  }

  function fail(id: string, silence: SilenceState, because: Problem): Promise<number> {
    return settle(id, silence, { kind: 'failed', problem: because });
  }

  async function settle(
    id: string,
    silence: SilenceState,
    became: RecordSilence['became'],
  ): Promise<number> {
    await tell(id, silence.silence, became);
    tries.delete(silence.silence);
    const state = (await engine.incident(id)) ?? { status: 'none' };
    if (state.status !== 'none') options.changed(sourceOfSilence(state, silence));
    return 0;
  }

  async function tell(id: string, silence: string, became: RecordSilence['became']): Promise<void> {
    const at = clock.now();
    const version = engine.readings.incidents.get(id)?.version ?? 0;
    await engine.tellIncident(
      id,
      { type: 'RecordSilence', at, silence, became },
      { cause: `silences/${silence}/${became.kind}/${version}/${at}`, by: 'tocsin' },
    );
  }

  /** What an operation has made is told to its incident; told again it is nothing new. */
  async function adoptMade(operation: string): Promise<void> {
    const made = madeByOperation(await engine.operation(operation));
    if (!made) return;
    const { silence, became } = made;
    const incident = goesOnIn(made.incident, made.source);
    await engine.tellIncident(
      incident,
      { type: 'RecordSilence', at: clock.now(), silence, became },
      { cause: `silences/${silence}/${operation}`, by: 'tocsin' },
    );
    options.changed(made.source);
  }

  /** Where it was asked, or what that was merged into, as long as that is of the same source: it is seen and ended there. */
  function goesOnIn(incident: string, source: string): string {
    const { byIncident } = engine.readings.correlation;
    const into = byIncident.get(incident)?.mergedInto;
    if (into === undefined) return incident;
    const state = engine.readings.incidents.get(into)?.state;
    const isAlike = state && state.status !== 'none' && state.opened.source === source;
    return isAlike ? goesOnIn(into, source) : incident;
  }

  function adopt(operation: string): void {
    const state = engine.readings.operations.get(operation)?.state;
    if (turns.isClosed() || state?.status === undefined || !madeByOperation(state)) return;
    const done = adoptMade(operation).catch((error: unknown) => {
      log('silence of an operation was not told', { operation, error });
      if (!turns.isClosed()) clock.after(lastRetryMs, () => adopt(operation));
    });
    adopting.add(done);
    done.finally(() => adopting.delete(done));
  }

  return {
    start() {
      for (const id of engine.readings.incidents.keys()) turns.wake(id);
      for (const id of engine.readings.operations.keys()) adopt(id);
    },
    wake: turns.wake,
    adopt,
    async idle() {
      while (turns.size() + adopting.size > 0) await Promise.all([turns.over(), ...adopting]);
    },
    async close() {
      await Promise.all([turns.close(), ...adopting]);
    },
  };
}

interface Found {
  readonly port: Silences;
  readonly held: readonly HeldSilence[];
}

/** Whoever finds it at the source reads who wanted it, why, and where that was said. */
function wanted(incident: string, silence: SilenceState, now: number): SilenceWanted {
  const { silence: name, matchers, person, reason, until } = silence;
  return {
    silence: name,
    matchers,
    startsAt: now,
    endsAt: until,
    createdBy: `${person} (tocsin)`,
    comment: `${reason} · ${person} in ${incident}`,
  };
}
