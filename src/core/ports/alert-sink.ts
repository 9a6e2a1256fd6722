import type { OwnAlert } from '../alert/own.ts';
import type { Problem } from '../problem.ts';

/** Where Tocsin sends alerts about itself. Held by the loop of that name alone. */
export interface AlertSink {
  /** `alertmanager/main`. */
  readonly source: string;
  /** Sent again it is the same. Every peer of a cluster is told; one that takes them is enough. */
  post(alerts: readonly PostedAlert[]): Promise<Posted>;
}

export interface PostedAlert extends OwnAlert {
  /** ms: it ends by itself then, unless it is sent again before. */
  readonly endsAt: number;
}

export type Posted = { readonly ok: true } | { readonly ok: false; readonly problem: Problem };
