/** Time as the loops see it, so that a test can turn it by hand. */
export interface Clock {
  now(): number;
  /** Runs once after so many ms; the answer takes it back. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
