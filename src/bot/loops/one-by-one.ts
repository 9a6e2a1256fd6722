import { SEVERITIES } from '../../core/alert/severity.ts';
import { type Incident, severity } from '../../core/incident/incident.ts';
import type { Clock } from '../clock.ts';

export interface OneByOneOptions {
  readonly clock: Clock;
  /** So many in a minute. */
  readonly perMinute: number;
  /**
   * The incident, and when it may be worked on, ms since 1970; undefined where there is nothing to do any more. Cheap: it is
   * asked of all that wait, for each turn.
   */
  readonly due: (
    id: string,
  ) => { readonly incident: Incident; readonly notBefore: number } | undefined;
  readonly work: (id: string) => Promise<void>;
  readonly failed: (id: string, error: unknown) => void;
}

export interface OneByOne {
  want(id: string): void;
  /** It waits for its turn, or has it. */
  has(id: string): boolean;
  waiting(): number;
  /** Resolves when nothing is worked on; what waits for its time is not waited for. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const minuteMs = 60_000;

/**
 * What incidents are given beside their alerts: to one at a time, the worst first, as far as the minute's allowance goes.
 * Each is asked again whether it is due when its turn has come.
 */
export function createOneByOne({ clock, perMinute, due, ...options }: OneByOneOptions): OneByOne {
  const wanted = new Set<string>();
  let spent: number[] = [];
  let timer: { readonly at: number; readonly stop: () => void } | undefined;
  let working: Promise<void> | undefined;
  let current: string | undefined;
  let closed = false;

  function go(): void {
    if (working || closed) return;
    timer?.stop();
    timer = undefined;
    const next = nextOf();
    if (!next) return;
    if (next.inMs > 0) {
      timer = { at: clock.now() + next.inMs, stop: clock.after(next.inMs, go) };
      return;
    }
    wanted.delete(next.id);
    spent.push(clock.now());
    current = next.id;
    working = options
      .work(next.id)
      .catch((error: unknown) => options.failed(next.id, error))
      .then(() => {
        working = undefined;
        current = undefined;
        go();
      });
  }

  /** The worst that may be worked on now, else when the first one may. */
  function nextOf(): { readonly id: string; readonly inMs: number } | undefined {
    const now = clock.now();
    let first: Candidate | undefined;
    for (const id of wanted) {
      const found = due(id);
      if (!found) {
        wanted.delete(id);
        continue;
      }
      const rank = SEVERITIES.indexOf(severity(found.incident));
      const { openedAt } = found.incident;
      const each = { id, rank, inMs: Math.max(0, found.notBefore - now), openedAt };
      if (!first || isBefore(each, first)) first = each;
    }
    return first && { id: first.id, inMs: Math.max(first.inMs, restMs(now)) };
  }

  function restMs(now: number): number {
    spent = spent.filter((at) => now - at < minuteMs);
    const [oldest] = spent;
    return spent.length < perMinute || oldest === undefined ? 0 : oldest + minuteMs - now;
  }

  function allowedAt(): number {
    const now = clock.now();
    return now + restMs(now);
  }

  return {
    has: (id) => id === current || wanted.has(id),
    want(id) {
      if (closed) return;
      wanted.add(id);
      if (working) return;
      // All are looked through once for each turn, never for each alert of a storm.
      const soonest = timer ? Math.max(due(id)?.notBefore ?? Infinity, allowedAt()) : 0;
      if (timer && soonest >= timer.at) return;
      go();
    },
    waiting: () => wanted.size,
    async idle() {
      while (working) await working;
    },
    async close() {
      closed = true;
      timer?.stop();
      await working;
    },
  };
}

interface Candidate {
  readonly id: string;
  readonly rank: number;
  readonly inMs: number;
  readonly openedAt: number;
}

function isBefore(one: Candidate, other: Candidate): boolean {
  if (one.inMs !== other.inMs) return one.inMs < other.inMs;
  return one.rank === other.rank ? one.openedAt > other.openedAt : one.rank < other.rank;
}
