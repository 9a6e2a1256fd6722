import type { Share } from '../../../core/ports/surface.ts';
import type { Clock } from '../../clock.ts';
import type { Look } from './look.ts';
import { urgency } from './next-post.ts';

export type CallLook = Extract<Look, { readonly kind: 'call' }>;

/** How far into the platform's allowance each call may go. */
export interface Shares {
  of(look: CallLook): Share;
  /** The card there shows what somebody did: whoever acts once acts again. */
  answered(place: string): void;
}

/** So long after somebody acted in a place, what changes there by itself leaves nearly all edits to people. */
const actedMs = 5_000;

export function createShares({ now }: Pick<Clock, 'now'>): Shares {
  const actedAt = new Map<string, number>();
  return {
    of({ urgency: how, call, place }) {
      // A new thread is what people wait for, and what is kept of a channel's messages is kept for it.
      if (call === 'root' || how <= urgency.critical) return 'whole';
      const acted = actedAt.get(place);
      if (call === 'edit' && acted !== undefined && now() - acted < actedMs) return 'little';
      return how === urgency.state ? 'most' : 'some';
    },
    answered: (place) => void actedAt.set(place, now()),
  };
}
