import type { SilenceDone, Silences, SilenceWanted } from '../../src/core/ports/silences.ts';
import { problem } from '../../src/core/problem.ts';

/** Silences of a source that keeps them; a call can be made to fail before or after it took effect. */
export interface FakeSilences extends Silences {
  readonly held: ReadonlyMap<string, SilenceWanted>;
  /** The next so many calls end like this. `lost`: applied, and nobody is told. `late`: applied only when `lands`. */
  fails(how: 'wait' | 'lost' | 'late' | 'refused', times?: number): void;
  /** What fires there, whoever is told of it. */
  readonly alerts: { labels: Record<string, string> }[];
  /** What was sent and still on its way takes effect. */
  lands(): void;
}

export function createFakeSilences(source = 'alertmanager/main'): FakeSilences {
  const held = new Map<string, SilenceWanted>();
  const alerts: { labels: Record<string, string> }[] = [];
  const onTheWay: (() => void)[] = [];
  let how: 'wait' | 'lost' | 'late' | 'refused' = 'wait';
  let times = 0;
  let made = 0;

  function call(ref: string, apply: () => void): SilenceDone {
    const because = problem('ALERTMANAGER_TIMEOUT', { source });
    if (times === 0) {
      apply();
      return { ok: true, ref };
    }
    times -= 1;
    if (how === 'lost') apply();
    if (how === 'late') onTheWay.push(apply);
    const why = how === 'lost' || how === 'late' ? 'unknown' : how;
    return { ok: false, why, problem: because };
  }

  return {
    source,
    landsWithinMs: 15_000,
    held,
    alerts,
    firing: async () => ({ ok: true, alerts }),
    fails(which, count = 1) {
      how = which;
      times = count;
    },
    lands() {
      for (const apply of onTheWay.splice(0)) apply();
    },
    find: async ({ silence }) => {
      const refs = [...held].filter(([, each]) => each.silence === silence).map(([ref]) => ref);
      return { ok: true, refs };
    },
    async create(wanted) {
      made += 1;
      const ref = `am-${made}`;
      return call(ref, () => held.set(ref, wanted));
    },
    remove: async (ref) => call(ref, () => held.delete(ref)),
  };
}
