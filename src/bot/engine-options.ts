import type { Sha256 } from '../core/event.ts';
import type { Fuse } from '../core/operation/fuse.ts';
import type { FreezeWindow } from '../core/operation/window.ts';
import type { Journal } from '../core/ports/journal.ts';

export interface EngineOptions {
  readonly journal: Journal;
  readonly now: () => number;
  readonly sha256: Sha256;
  /** How many plans one requester may have waiting. */
  readonly pendingMax?: () => number;
  readonly fuse?: () => Fuse | undefined;
  /** What the calendar freezes. */
  readonly windows?: () => readonly FreezeWindow[];
}
