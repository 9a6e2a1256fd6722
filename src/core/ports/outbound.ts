import type { Problem } from '../problem.ts';

/**
 * What may be fetched of an address that came from outside (an alert's image, a dashboard). It names nobody's credentials: who
 * needs some asks through its own client and its own base URL.
 */
export interface Outbound {
  /** The bytes of a page, at most so many; never a redirect's. Never rejects. */
  get(url: string, bounds: OutboundBounds): Promise<OutboundAnswer>;
}

export interface OutboundBounds {
  readonly bytesMax: number;
  readonly timeoutMs: number;
  /** What its content type begins with: `image/`. */
  readonly type: string;
}

export type OutboundAnswer =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly type: string }
  | { readonly ok: false; readonly problem: Problem };
