/** Work that comes in bursts, done in slices: between two, timers and the answers of the disk have their turn. */
export interface Slices {
  /** Undefined when it can go on at once; else it goes on in one of the next turns of the event loop, in order. */
  turn(): Promise<void> | undefined;
}

export interface SlicesOptions {
  /** So long at most in one turn of the event loop. */
  readonly sliceMs: number;
  readonly now: () => number;
  /** Runs in the next turn of the event loop. */
  readonly later: (work: () => void) => void;
}

export function createSlices({ sliceMs, now, later }: SlicesOptions): Slices {
  let waiting: (() => void)[] = [];
  let sliceEnds = 0;
  let planned = false;

  function begin(): void {
    planned = true;
    sliceEnds = now() + sliceMs;
    later(() => {
      planned = false;
      if (waiting.length === 0) return;
      begin();
      goOn();
    });
  }

  function goOn(): void {
    if (waiting.length === 0 || now() >= sliceEnds) return;
    const [next, ...rest] = waiting;
    waiting = rest;
    next?.();
    // What was resumed runs first, and then the clock is looked at.
    queueMicrotask(goOn);
  }

  return {
    turn() {
      if (!planned) begin();
      if (waiting.length === 0 && now() < sliceEnds) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
