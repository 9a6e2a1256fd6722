import type { OnCalls } from '../core/ports/pager.ts';
import { problem, problemOf } from '../core/problem.ts';
import type { OnCallsTold } from '../handlers/desk.ts';

/** A shift changes seldom, and whoever asks twice within a minute reads the same. */
const freshMs = 60_000;

/** Asks when it is wanted, and remembers: while the pager is away, what it said last is told with its age. */
export function createOnCalls(
  pagers: readonly OnCalls[],
  now: () => number,
): () => Promise<readonly OnCallsTold[]> {
  const known = new Map<string, OnCallsTold & { readonly at: number }>();
  const asking = new Map<string, Promise<OnCallsTold>>();

  async function ask(pager: OnCalls): Promise<OnCallsTold> {
    const { name } = pager;
    const before = known.get(name);
    const at = now();
    if (before && at - before.at < freshMs) return before;
    try {
      const told = { pager: name, calls: await pager.onCalls(), at };
      known.set(name, told);
      return told;
    } catch (error) {
      const because = problemOf(error, problem('PAGER_NOT_COMPARED', { pager: name }));
      return before
        ? { ...before, problem: because }
        : { pager: name, calls: [], at: undefined, problem: because };
    }
  }

  /** Whoever asks meanwhile reads the same answer. */
  function once(pager: OnCalls): Promise<OnCallsTold> {
    const under = asking.get(pager.name);
    if (under) return under;
    const asked = ask(pager).finally(() => asking.delete(pager.name));
    asking.set(pager.name, asked);
    return asked;
  }

  return () => Promise.all(pagers.map(once));
}
