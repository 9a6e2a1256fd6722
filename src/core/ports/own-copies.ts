import type { Step } from '../operation/plan.ts';
import type { Facts } from '../problem.ts';
import type { BackupWanted } from './backup.ts';
import type { StepContext } from './step.ts';
import type { Looked } from './workload.ts';

/**
 * Copies that whoever holds the data makes and keeps by itself: snapshots of a database in a cloud, what a job in a cluster
 * puts away. No byte of them passes through here. The target's own planner drafts the steps of `backup` and `restore`.
 */
export interface OwnCopies {
  /** Kinds of step that make one. */
  readonly makes: readonly string[];
  /** Kinds whose end is that a copy is in use; `id` and `aside` of their params say which, and what was in use before. */
  readonly replaces: readonly string[];
  /** What the copy is called that a step of these kinds makes. */
  nameOf(step: Step, context: Pick<StepContext, 'operation' | 'startedAt'>): string;
  /** Whether one could be made now, and of what. Looks only. */
  survey(wanted: BackupWanted): Promise<Looked<Facts>>;
  /** All that there are, whoever made them; absent where only what makes them knows. Looks only. */
  list?(wanted: BackupWanted): Promise<readonly OwnCopy[]>;
  /** One of them, also where it is listed under another name by now. Looks only. */
  find?(wanted: BackupWanted, name: string): Promise<OwnCopy | undefined>;
  /** Takes one away that we have made; it may be gone already. Held by steps alone. */
  remove?(wanted: BackupWanted, name: string): Promise<void>;
}

export interface OwnCopy {
  readonly name: string;
  /** What it takes up or could; 0 where nobody says. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `available`, `creating`. */
  readonly status: string;
  readonly isWhole: boolean;
  readonly isEncrypted: boolean;
  /** Whoever made it: Tocsin, the target by its own schedule, somebody else. */
  readonly by: 'tocsin' | 'the target' | 'somebody';
}
