/** Decisions on one stream run one after another; those on different streams do not wait for each other. */
export interface Turns {
  /** Runs when every named stream is free. Names are taken in order, so that two never wait for each other. */
  take<T>(streams: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();

  function take<T>(streams: readonly string[], work: () => Promise<T>): Promise<T> {
    const [only, ...others] = streams;
    if (only !== undefined && others.length === 0) return takeOne(only, work);
    const names = [...new Set(streams)];
    const before = names.flatMap((name) => last.get(name) ?? []);
    const mine = before.length === 0 ? work() : Promise.allSettled(before).then(work);
    const done = mine.catch(() => undefined);
    for (const name of names) last.set(name, done);
    void done.then(() => {
      for (const name of names) if (last.get(name) === done) last.delete(name);
    });
    return mine;
  }

  /** The same for one stream, which is nearly every decision. */
  function takeOne<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = last.get(name);
    const mine = before === undefined ? work() : before.then(work);
    const over = () => {
      if (last.get(name) === done) last.delete(name);
    };
    const done = mine.then(over, over);
    last.set(name, done);
    return mine;
  }

  return { take };
}
