import { type OwnAlert, ownAlerts } from '../../core/alert/own.ts';
import type { Incident } from '../../core/incident/incident.ts';
import type { AlertSink, PostedAlert } from '../../core/ports/alert-sink.ts';
import { problem, problemOf } from '../../core/problem.ts';
import type { Clock } from '../clock.ts';

export interface OwnAlertsLoopOptions {
  readonly clock: Clock;
  readonly sinks: readonly AlertSink[];
  readonly incidents: () => readonly Incident[];
  /** False while the journal takes nothing. */
  readonly accepting: () => boolean;
  /** By which this installation knows its own alerts. */
  readonly installation: string;
  readonly publicUrl: string;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface OwnAlertsLoop {
  start(): void;
  turn(): Promise<void>;
  close(): Promise<void>;
}

/** How soon a new condition is sent. */
const lookEveryMs = 5000;
/** How often what holds is sent again, as Prometheus does it. https://prometheus.io/docs/prometheus/latest/command-line/prometheus/ */
const againMs = 60_000;
/** So long it holds there without us: four times that, so that a slow minute does not end it. */
const holdsMs = 4 * againMs;
/** An end is told again for so long, so that a peer that was away hears it. */
const endsMs = 3 * againMs;

/**
 * Keeps every sink in step with what Tocsin has to say of itself: what holds is sent again before it would end, what is over
 * is ended. Nothing of it is on the record: it follows from the record, and from whether there is one.
 */
export function createOwnAlertsLoop(options: OwnAlertsLoopOptions): OwnAlertsLoop {
  const { clock, log } = options;
  const places = options.sinks.map((sink) => ({ sink, told: new Map<string, Told>(), code: '' }));
  let refusingSince: number | undefined;
  let stop: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function plan(): void {
    if (closed) return;
    stop = clock.after(lookEveryMs, () => {
      running = turn().finally(() => {
        running = undefined;
        plan();
      });
    });
  }

  async function turn(): Promise<void> {
    const now = clock.now();
    refusingSince = options.accepting() ? undefined : (refusingSince ?? now);
    const { installation, publicUrl } = options;
    const wanted = ownAlerts(options.incidents(), { installation, publicUrl, refusingSince });
    await Promise.all(places.map((place) => bring(place, wanted, now)));
  }

  async function bring(place: Place, wanted: readonly OwnAlert[], now: number): Promise<void> {
    const due = dueOf(place.told, wanted, now);
    if (due.length === 0) return;
    const posted = await place.sink.post(due).catch((error: unknown) => {
      const otherwise = problem('SOURCE_UNREACHABLE', { source: place.sink.source });
      return { ok: false, problem: problemOf(error, otherwise) } as const;
    });
    if (posted.ok) {
      for (const alert of due) noteSent(place.told, alert, now);
      if (place.code !== '') log('own alerts are sent again', { source: place.sink.source });
      place.code = '';
      return;
    }
    const { code } = posted.problem;
    if (code !== place.code) log('own alerts are not sent', { source: place.sink.source, code });
    place.code = code;
  }

  return {
    start: plan,
    turn,
    async close() {
      closed = true;
      stop?.();
      await running;
    },
  };
}

interface Place {
  readonly sink: AlertSink;
  readonly told: Map<string, Told>;
  code: string;
}

interface Told {
  readonly alert: OwnAlert;
  readonly sentAt: number;
  /** When it was first told that it is over; 0 while it holds. */
  readonly overAt: number;
}

/** What is new, what has not been said for a while, and what is over. */
function dueOf(
  told: ReadonlyMap<string, Told>,
  wanted: readonly OwnAlert[],
  now: number,
): readonly PostedAlert[] {
  const names = new Set(wanted.map(({ key }) => key));
  const holding = wanted.filter((alert) => {
    const known = told.get(alert.key);
    return !known || known.overAt > 0 || isOther(known.alert, alert) || isDue(known, now);
  });
  const over = [...told].flatMap(([key, known]) => {
    if (names.has(key)) return [];
    return known.overAt === 0 || isDue(known, now)
      ? [{ ...known.alert, endsAt: known.overAt || now }]
      : [];
  });
  // One whose severity changed is another alert there: the one of before ends.
  const replaced = holding.flatMap(({ key, labels }) => {
    const before = told.get(key)?.alert;
    return before && JSON.stringify(before.labels) !== JSON.stringify(labels)
      ? [{ ...before, endsAt: now }]
      : [];
  });
  return [...replaced, ...over, ...holding.map((alert) => ({ ...alert, endsAt: now + holdsMs }))];
}

function isDue({ sentAt }: Told, now: number): boolean {
  return now - sentAt >= againMs;
}

function isOther(one: OwnAlert, other: OwnAlert): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

function noteSent(told: Map<string, Told>, { endsAt, ...alert }: PostedAlert, now: number): void {
  const before = told.get(alert.key);
  if (endsAt > now) {
    told.set(alert.key, { alert, sentAt: now, overAt: 0 });
    return;
  }
  const overAt = before && before.overAt > 0 ? before.overAt : now;
  if (now - overAt >= endsMs) told.delete(alert.key);
  else told.set(alert.key, { alert, sentAt: now, overAt });
}
