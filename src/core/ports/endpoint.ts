import type { Problem } from '../problem.ts';

/** Something that is there and can be asked whether it answers. */
export interface Endpoint {
  /** Why it does not, bounded in time and size; undefined where it answers as it should. Never rejects. */
  check(): Promise<Problem | undefined>;
}
