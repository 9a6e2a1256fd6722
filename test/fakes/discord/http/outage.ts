import type { Request } from './server.ts';

/** One way in which a call goes wrong. */
export type Fault =
  | {
      readonly kind: 'rate limited';
      readonly retryAfterS?: number;
      readonly scope?: 'user' | 'global' | 'shared';
    }
  | { readonly kind: 'server error'; readonly status?: number }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'reset' }
  /** Nobody ever answers, and nothing is done. */
  | { readonly kind: 'timeout' }
  /** Done and answered, but only after so long. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Done, and the connection breaks before the answer. */
  | { readonly kind: 'answer lost' }
  /** Nobody ever answers, and so many ms later it is done after all. */
  | { readonly kind: 'late'; readonly ms: number };

export interface Outage {
  /** The next `count` calls, of one route if it is named (`POST /channels/{channel_id}/messages`), go wrong. */
  failNext(count: number, fault: Fault, route?: string): void;
  /** From now on a share of all calls goes wrong, each drawn from these faults; the same seed draws the same. */
  failShare(share: number, faults: readonly Fault[], seed: number): void;
  /** From now on all is well. */
  ends(): void;
  /** How many calls went wrong. */
  readonly suffered: () => number;
  /** What happens to this request. */
  next(request: Request): Fault | undefined;
}

export function createOutage(): Outage {
  let queue: { left: number; readonly fault: Fault; readonly route: string | undefined }[] = [];
  let share = 0;
  let faults: readonly Fault[] = [];
  let draw: () => number = () => 1;
  let suffered = 0;

  function next(request: Request): Fault | undefined {
    const name = `${request.verb} ${request.route}`;
    const due = queue.find(({ route }) => route === undefined || route === name);
    if (due) {
      due.left -= 1;
      if (due.left <= 0) queue = queue.filter((one) => one !== due);
      suffered += 1;
      return due.fault;
    }
    if (share === 0 || draw() >= share) return undefined;
    suffered += 1;
    return faults[Math.floor(draw() * faults.length)];
  }

  return {
    failNext: (left, fault, route) => void queue.push({ left, fault, route }),
    failShare(part, among, seed) {
      share = part;
      faults = among;
      draw = dice(seed);
    },
    ends() {
      queue = [];
      share = 0;
    },
    suffered: () => suffered,
    next,
  };
}

/** Mulberry32: small, and the same on every machine. */
function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
