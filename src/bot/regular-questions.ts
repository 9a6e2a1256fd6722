import type { Clock } from './clock.ts';

/** Asks each of several others the same again and again, each by itself and one question at a time. */
export interface RegularQuestions {
  /** The first question, in so many ms at the latest: an earlier one stays as it is planned. */
  plan(name: string, ms: number): void;
  /** There is news: it is asked soon, and once more where it is being asked, because that answer may not know it. */
  wake(name: string): void;
  /** Resolves when nobody is being asked. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface RegularQuestionsOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly soonMs: number;
  readonly ask: (name: string) => Promise<void>;
  /** A question that ended in a fault; the next one is asked as ever. */
  readonly failed: (name: string, error: unknown) => void;
}

export function createRegularQuestions(options: RegularQuestionsOptions): RegularQuestions {
  const { clock, everyMs, soonMs } = options;
  const timers = new Map<string, { readonly due: number; readonly stop: () => void }>();
  /** Under way; `again` where there was news meanwhile. */
  const asking = new Map<string, { again: boolean; readonly done: Promise<void> }>();
  let closed = false;

  function plan(name: string, ms: number): void {
    const due = clock.now() + ms;
    const planned = timers.get(name);
    if (closed || (planned && planned.due <= due)) return;
    planned?.stop();
    timers.set(name, { due, stop: clock.after(ms, () => begin(name)) });
  }

  function begin(name: string): void {
    timers.delete(name);
    const entry = { again: false, done: Promise.resolve() };
    asking.set(name, entry);
    entry.done = options
      .ask(name)
      .catch((error: unknown) => options.failed(name, error))
      .then(() => {
        asking.delete(name);
        plan(name, entry.again ? soonMs : everyMs);
      });
  }

  async function idle(): Promise<void> {
    await Promise.all([...asking.values()].map(({ done }) => done));
  }

  return {
    plan,
    wake(name) {
      const question = asking.get(name);
      if (question) question.again = true;
      else plan(name, soonMs);
    },
    idle,
    async close() {
      closed = true;
      for (const { stop } of timers.values()) stop();
      await idle();
    },
  };
}
