import type { Event } from '../core/event.ts';
import type { IncidentEvent } from '../core/incident/event.ts';
import type { OperationIntent } from '../core/operation/decide.ts';
import { type Fuse, fuseEvents } from '../core/operation/fuse.ts';
import {
  type HaltEvent,
  type HaltState,
  haltOf,
  initialHalts,
  isLifting,
} from '../core/operation/halt.ts';
import type { TargetWrite } from '../core/operation/locks.ts';
import type { OperationEvent, OperationState } from '../core/operation/operation.ts';
import type { StreamWrite } from '../core/ports/journal.ts';
import type { Told } from './engine.ts';
import { glassWrites, withGlassCount } from './glass-count.ts';
import { type Readings, streamOf } from './readings.ts';

export function written(
  stream: string,
  expectedVersion: number,
  events: readonly Event[],
): readonly StreamWrite[] {
  return events.length === 0 ? [] : [{ stream, expectedVersion, events }];
}

type Refusal = Extract<
  IncidentEvent | OperationEvent,
  { readonly type: 'RequestRefused' | 'OperationRefused' }
>;

export function verdict(events: readonly Event[]): Told {
  const refusal = events.find(isRefusal);
  return refusal ? { refused: refusal.problem, changed: true } : { changed: events.length > 0 };
}

function isRefusal(event: Event): event is Refusal {
  return event.type === 'RequestRefused' || event.type === 'OperationRefused';
}

/** The intents by which something begins, with what keeps it from that. */
function withHalt(
  intent: OperationIntent,
  { plan, glass }: OperationState,
  halts: HaltState,
): OperationIntent {
  if (intent.type !== 'Begin' && intent.type !== 'ReportCheck') return intent;
  if (!plan || isLifting(plan)) return intent;
  const halt = haltOf(halts, {
    service: plan.service,
    at: intent.at,
    ...(glass && { brokenAt: glass.at }),
  });
  return halt ? { ...intent, halt } : intent;
}

/** When what does not begin now may begin by itself, where only time keeps it. */
export function freeAt(intent: OperationIntent): Pick<Told, 'freeAt'> {
  const at = intent.type === 'Begin' && !intent.halt ? intent.full?.freeAt : undefined;
  return at === undefined ? {} : { freeAt: at };
}

export const haltStream = streamOf('halt', 'all');

/** The intent with what it is decided by beside its operation: it is read in the same append. */
export function withFacts(
  intent: OperationIntent,
  state: OperationState,
  { readings, now, halts }: Pick<Beside, 'readings' | 'now'> & { readonly halts: HaltState },
): OperationIntent {
  const timed = withJournalTime(intent, readings.newestAt);
  return withHalt(withGlassCount(timed, readings, now), state, halts);
}

/**
 * What an expiry decides is judged at no earlier time than that of the newest event: a clock that was set back makes no
 * plan young again. A factor that was given just now by that clock was given just now.
 */
function withJournalTime(intent: OperationIntent, newestAt: number): OperationIntent {
  switch (intent.type) {
    case 'Approve':
    case 'BreakGlass': {
      const behindMs = Math.max(0, newestAt - intent.at);
      const { stepUp } = intent.by;
      const by = stepUp
        ? { ...intent.by, stepUp: { ...stepUp, at: stepUp.at + behindMs } }
        : intent.by;
      return { ...intent, at: intent.at + behindMs, by };
    }
    case 'Decline':
    case 'Begin':
    case 'Expire':
      return { ...intent, at: Math.max(intent.at, newestAt) };
    default:
      return intent;
  }
}

/** What is appended with it, and what is named because it was read. */
export function besides(
  { id, plan }: OperationState,
  events: readonly OperationEvent[],
  { readings, now, fuse }: Beside,
): readonly StreamWrite[] {
  const begins = events.some(({ type }) => type === 'OperationStarted');
  const halts = readings.halts.get('all')?.state ?? initialHalts();
  const counted =
    begins && plan?.risk === 'danger'
      ? fuseEvents(halts, { operation: id, at: now, ...(fuse && { fuse }) })
      : [];
  return [...haltRead(events, readings, counted), ...glassWrites(id, events, readings)];
}

interface Beside {
  readonly readings: Readings;
  readonly now: number;
  readonly fuse?: Fuse | undefined;
}

/** What begins names the halts it was decided by: one that another process wrote meanwhile is read first. */
function haltRead(
  events: readonly Event[],
  { halts }: Readings,
  counted: readonly HaltEvent[],
): readonly StreamWrite[] {
  const begins = events.some(({ type }) => type === 'OperationStarted' || type === 'StepIntended');
  const expectedVersion = halts.get('all')?.version ?? 0;
  return begins ? [{ stream: haltStream, expectedVersion, events: counted }] : [];
}

export function lockStreams(
  writes: readonly TargetWrite[],
  { targets }: Readings,
): readonly StreamWrite[] {
  return writes.map(({ target, events }) => ({
    stream: streamOf('target', target),
    expectedVersion: targets.get(target)?.version ?? 0,
    events,
  }));
}
