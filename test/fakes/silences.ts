import type { Labels } from '../../src/core/alert/alert.ts';
import type { Matcher } from '../../src/core/alert/matcher.ts';
import type {
  HeldSilence,
  MatchingAlert,
  SilenceDone,
  Silences,
  SilenceWanted,
} from '../../src/core/ports/silences.ts';
import { problem } from '../../src/core/problem.ts';

/** Silences of a source that keeps them; a call can be made to fail before or after it took effect. */
export interface FakeSilences extends Silences {
  /** By ref, what was wanted of each that holds. */
  readonly held: ReadonlyMap<string, SilenceWanted>;
  /** The next so many calls that write end like this. `lost`: applied, and nobody is told. `late`: applied only when `lands`. */
  fails(how: 'wait' | 'lost' | 'late' | 'refused', times?: number): void;
  /** What fires there, whoever is told of it. */
  readonly alerts: { labels: Record<string, string> }[];
  /** What was sent and still on its way takes effect. */
  lands(): void;
  /** Nobody answers any question until it is false again. */
  isDown: boolean;
  /** A ref is forgotten as if it had never been, or remembered as over. */
  loses(ref: string, how: 'forgotten' | 'over'): void;
  /** Somebody makes or changes one there; `silence` is '' for one that is none of ours. */
  put(ref: string, wanted: SilenceWanted): void;
}

export function createFakeSilences(source = 'alertmanager/main'): FakeSilences {
  const held = new Map<string, SilenceWanted>();
  const over = new Map<string, SilenceWanted>();
  const alerts: { labels: Record<string, string> }[] = [];
  const onTheWay: (() => void)[] = [];
  const because = problem('ALERTMANAGER_TIMEOUT', { source });
  const down = { ok: false, why: 'wait', problem: because } as const;
  let how: 'wait' | 'lost' | 'late' | 'refused' = 'wait';
  let times = 0;
  let made = 0;

  function call(ref: string, apply: () => void): SilenceDone {
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

  function ends(ref: string): void {
    const silence = held.get(ref);
    if (silence) over.set(ref, silence);
    held.delete(ref);
  }

  const fake: FakeSilences = {
    source,
    landsWithinMs: 15_000,
    held,
    alerts,
    isDown: false,
    async matching(matchers) {
      if (fake.isDown) return down;
      const fitting = alerts.filter(({ labels }) => fits(labels, matchers));
      return { ok: true, alerts: fitting.map(({ labels }) => stateOf(labels, held)) };
    },
    fails(which, count = 1) {
      how = which;
      times = count;
    },
    lands() {
      for (const apply of onTheWay.splice(0)) apply();
    },
    async find({ silence }) {
      if (fake.isDown) return down;
      const mine = [...held].filter(([, each]) => each.silence === silence);
      const isOver = [...over.values()].some((each) => each.silence === silence);
      return { ok: true, held: mine.map(asHeld), isOver, isWhole: true };
    },
    async list() {
      if (fake.isDown) return down;
      return { ok: true, held: [...held].map(asHeld), over: [...over].map(asHeld), isWhole: true };
    },
    async create(wanted) {
      const { changes } = wanted;
      const isSame =
        changes && JSON.stringify(changes.matchers) === JSON.stringify(wanted.matchers);
      if (!isSame) made += 1;
      const ref = isSame ? changes.ref : `am-${made}`;
      return call(ref, () => {
        if (changes && !isSame) ends(changes.ref);
        held.set(ref, wanted);
      });
    },
    remove: async (ref) =>
      call(ref, () => {
        ends(ref);
      }),
    loses(ref, which) {
      if (which === 'over') ends(ref);
      held.delete(ref);
    },
    put(ref, wanted) {
      held.set(ref, wanted);
    },
  };
  return fake;
}

function asHeld([ref, wanted]: readonly [string, SilenceWanted]): HeldSilence {
  const { matchers, endsAt, createdBy, comment, silence } = wanted;
  const startsAt = new Date(wanted.startsAt).toISOString();
  const marked = silence === '' ? comment : `${comment} [tocsin ${silence}]`;
  return { ref, silence, matchers, startsAt, endsAt, createdBy, comment: marked };
}

function stateOf(labels: Labels, held: ReadonlyMap<string, SilenceWanted>): MatchingAlert {
  const silencedBy = [...held].flatMap(([ref, { matchers }]) =>
    fits(labels, matchers) ? [ref] : [],
  );
  return { labels, state: silencedBy.length > 0 ? 'silenced' : 'firing', silencedBy };
}

function fits(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every(({ name, op, value }) => {
    const given = labels[name] ?? '';
    const holds = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(given) : given === value;
    return op.startsWith('!') ? !holds : holds;
  });
}
