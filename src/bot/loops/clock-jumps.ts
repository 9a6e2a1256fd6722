import { type ClockJumped, jumpMinMs } from '../../core/operation/clock-jump.ts';
import { isPending } from '../../core/operation/decide.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';

export interface ClockJumpsLoopOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly record: (event: ClockJumped, telling: Telling) => Promise<void>;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

interface Telling {
  readonly cause: string;
  readonly by: string;
}

export interface ClockJumpsLoop {
  start(): void;
  close(): Promise<void>;
}

const everyMs = 1000;

/**
 * Compares the clock on the wall with one that only ever goes forward, from one look to the next. Where they part, the
 * jump is put on record and whatever was approved and has not begun is asked for again.
 */
export function createClockJumpsLoop(options: ClockJumpsLoopOptions): ClockJumpsLoop {
  const { engine, clock, log } = options;
  let last = look();
  let stop: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function look() {
    return { wall: clock.now(), steady: clock.steady?.() ?? 0 };
  }

  function plan(): void {
    if (closed) return;
    stop = clock.after(everyMs, () => {
      running = turn()
        .catch((error: unknown) => log('a jump of the clock was not told', { error }))
        .then(() => {
          running = undefined;
          plan();
        });
    });
  }

  async function turn(): Promise<void> {
    const now = look();
    const jumpMs = Math.round(now.wall - last.wall - (now.steady - last.steady));
    if (Math.abs(jumpMs) > jumpMinMs) await told(jumpMs, now);
    // Only once it was told: a journal that takes nothing now is told of it at the next look.
    last = now;
  }

  async function told(jumpMs: number, { wall, steady }: ReturnType<typeof look>): Promise<void> {
    log('the clock jumped', { jumpMs });
    const cause = `clock/${wall}/${Math.round(steady)}`;
    const telling = { cause, by: 'tocsin' };
    await options.record({ type: 'ClockJumped', v: 1, jumpMs }, telling);
    for (const { state } of engine.readings.operations.values()) {
      if (!isPending(state)) continue;
      await engine.tellOperation(
        state.id,
        { type: 'VoidApprovals', jumpMs },
        { ...telling, cause: `${cause}/${state.id}` },
      );
    }
  }

  return {
    start() {
      if (clock.steady) plan();
    },
    async close() {
      closed = true;
      stop?.();
      await running;
    },
  };
}
