import { problem, problemOf } from '../../core/problem.ts';
import type { Clock } from '../clock.ts';
import type { Pulse } from '../pulse.ts';

export interface HeartbeatLoopOptions {
  readonly clock: Clock;
  readonly pulse: Pulse;
  /** The journal takes appends. */
  readonly accepting: () => boolean;
  readonly ping: () => Promise<void>;
  readonly everyMs: number;
  readonly counts: HeartbeatCounts;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface HeartbeatCounts {
  pinged(outcome: 'told' | 'failed' | 'withheld'): void;
}

export interface HeartbeatLoop {
  start(): void;
  turn(): Promise<void>;
  close(): Promise<void>;
}

/** Tells an outside checker that we live, as long as that is true: what stands still is not covered up by a timer. */
export function createHeartbeatLoop(options: HeartbeatLoopOptions): HeartbeatLoop {
  const { clock, counts, log } = options;
  let stop: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function plan(ms: number): void {
    if (closed) return;
    stop = clock.after(ms, () => {
      running = turn().then(() => {
        running = undefined;
        plan(options.everyMs);
      });
    });
  }

  async function turn(): Promise<void> {
    const still = options.pulse.still();
    if (still.length > 0 || !options.accepting()) {
      counts.pinged('withheld');
      log('the outside checker is not told that we live', {
        still: still.map(({ loop }) => loop),
        accepting: options.accepting(),
      });
      return;
    }
    try {
      await options.ping();
      counts.pinged('told');
    } catch (error) {
      counts.pinged('failed');
      const { code, facts } = problemOf(
        error,
        problem('HEARTBEAT_UNREACHABLE', { why: 'a fault' }),
      );
      log('the outside checker was not told that we live', { code, ...facts });
    }
  }

  return {
    start: () => plan(0),
    turn,
    async close() {
      closed = true;
      stop?.();
      await running;
    },
  };
}
