/** What can go wrong with one call. */
export type Fault =
  | { readonly kind: 'rate-limited'; readonly retryAfterS?: number }
  /** 500 with a page instead of JSON; nothing was done. */
  | { readonly kind: 'server-error' }
  /** `{ ok: false, error }` with any code of the platform: `internal_error`, `fatal_error`. */
  | { readonly kind: 'refused'; readonly error: string }
  /** The connection breaks before anything was done. */
  | { readonly kind: 'reset' }
  /** Never done and never answered. */
  | { readonly kind: 'silent' }
  /** Done at once, answered so many ms later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Done, and the connection breaks before the answer. */
  | { readonly kind: 'answer-lost' }
  /** Done, and never answered. */
  | { readonly kind: 'answer-withheld' }
  /** Never answered, and done so many ms after the client has given up. */
  | { readonly kind: 'late'; readonly ms: number };

/** Which calls a fault meets; all of them when nothing is said. Beside the Web API: `response_url`, `incoming_webhook`, `upload`, `download`. */
export interface Aim {
  readonly methods?: readonly string[];
  readonly team?: string;
  readonly channel?: string;
}

export interface Outage {
  /** The next so many calls that fit. */
  next(count: number, fault: Fault, aim?: Aim): void;
  /** From now on a share of the calls that fit, drawn with the seed; the answer ends it. */
  share(share: number, faults: readonly Fault[], options: Aim & { seed: number }): () => void;
  /** Every call that fits, until the answer is called. */
  from(fault: Fault, aim?: Aim): () => void;
  /** Everything works again. */
  end(): void;
  /** How many calls met a fault, by kind. */
  readonly met: ReadonlyMap<Fault['kind'], number>;
  /** For the server: what this call meets. */
  faultFor(call: Target): Fault | undefined;
}

export interface Target {
  readonly method: string;
  readonly team: string;
  readonly channel: string;
}

interface Plan {
  readonly aim: Aim;
  draw(): Fault | undefined;
  done(): boolean;
}

export function outageOf(): Outage {
  const plans = new Set<Plan>();
  const met = new Map<Fault['kind'], number>();

  function add(plan: Plan): () => void {
    plans.add(plan);
    return () => {
      plans.delete(plan);
    };
  }

  return {
    met,
    next(count, fault, aim = {}) {
      let left = count;
      add({
        aim,
        draw() {
          left -= 1;
          return fault;
        },
        done: () => left <= 0,
      });
    },
    share(share, faults, { seed, ...aim }) {
      const random = dice(seed);
      return add({
        aim,
        draw: () => (random() < share ? faults[Math.floor(random() * faults.length)] : undefined),
        done: () => false,
      });
    },
    from: (fault, aim = {}) => add({ aim, draw: () => fault, done: () => false }),
    end: () => plans.clear(),
    faultFor(call) {
      for (const plan of plans) {
        if (!hits(plan.aim, call)) continue;
        const fault = plan.draw();
        if (plan.done()) plans.delete(plan);
        if (!fault) continue;
        met.set(fault.kind, (met.get(fault.kind) ?? 0) + 1);
        return fault;
      }
      return undefined;
    },
  };
}

function hits(aim: Aim, call: Target): boolean {
  if (aim.methods && !aim.methods.includes(call.method)) return false;
  if (aim.team && aim.team !== call.team) return false;
  return !aim.channel || aim.channel === call.channel;
}

/** The same numbers for the same seed, between 0 and 1. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
