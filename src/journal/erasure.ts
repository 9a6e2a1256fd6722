import type { Event } from '../core/event.ts';

export const ERASURES = 'journal/erasures';

/** Who had which payload erased, and why. The erased event's header and the chain stay. */
export interface PayloadErased extends Event {
  readonly type: 'PayloadErased';
  readonly stream: string;
  readonly version: number;
  readonly by: string;
  readonly reason: string;
}

/** Names the erasure, so that a second request finds the first, and a verifier finds who erased a payload. */
export function erasureCause(stream: string, version: number): string {
  return `erase/${stream}@${version}`;
}
