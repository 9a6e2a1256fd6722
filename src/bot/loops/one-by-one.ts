import { SEVERITIES } from '../../core/alert/severity.ts';
import { type Incident, severity } from '../../core/incident/incident.ts';
import type { Clock } from '../clock.ts';

export interface OneByOneOptions {
  readonly clock: Clock;
  /** So many in a minute. */
  readonly perMinute: number;
  /** The incident, and when it may be worked on, ms since 1970; undefined where there is nothing to do any more. */
  readonly due: (
    id: string,
  ) => { readonly incident: Incident; readonly notBefore: number } | undefined;
  readonly work: (id: string) => Promise<void>;
  readonly failed: (id: string, error: unknown) => void;
}

export interface OneByOne {
  want(id: string): void;
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
  let cancelTimer: () => void = () => undefined;
  let working: Promise<void> | undefined;
  let closed = false;

  function go(): void {
    if (working || closed) return;
    cancelTimer();
    const next = nextOf();
    if (!next) return;
    if (next.inMs > 0) {
      cancelTimer = clock.after(next.inMs, go);
      return;
    }
    wanted.delete(next.id);
    spent.push(clock.now());
    working = options
      .work(next.id)
      .catch((error: unknown) => options.failed(next.id, error))
      .then(() => {
        working = undefined;
        go();
      });
  }

  /** The worst that may be worked on now, else when the first one may. */
  function nextOf(): { readonly id: string; readonly inMs: number } | undefined {
    const now = clock.now();
    const all = [...wanted].flatMap((id) => {
      const found = due(id);
      if (!found) {
        wanted.delete(id);
        return [];
      }
      const rank = SEVERITIES.indexOf(severity(found.incident));
      const { openedAt } = found.incident;
      return [{ id, rank, inMs: Math.max(0, found.notBefore - now), openedAt }];
    });
    const [first] = all.toSorted(
      (a, b) => a.inMs - b.inMs || a.rank - b.rank || b.openedAt - a.openedAt,
    );
    return first && { id: first.id, inMs: Math.max(first.inMs, restMs(now)) };
  }

  function restMs(now: number): number {
    spent = spent.filter((at) => now - at < minuteMs);
    const [oldest] = spent;
    return spent.length < perMinute || oldest === undefined ? 0 : oldest + minuteMs - now;
  }

  return {
    want(id) {
      if (closed) return;
      wanted.add(id);
      go();
    },
    waiting: () => wanted.size,
    async idle() {
      while (working) await working;
    },
    async close() {
      closed = true;
      cancelTimer();
      await working;
    },
  };
}
