/** Time as the loops see it, so that a test can turn it by hand. */
export interface Clock {
  now(): number;
  /** Milliseconds of a clock that nobody sets and that only goes forward; only differences of it mean anything. */
  steady?(): number;
  /** Runs once after so many ms; the answer takes it back. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
