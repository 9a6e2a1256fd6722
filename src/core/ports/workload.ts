import type { TargetRef } from './step.ts';

/** Reads what runs, never changes it. Rejects with a ProblemError when the target cannot be asked in time. */
export interface WorkloadReader {
  status(target: TargetRef): Promise<WorkloadStatus>;
  /** Newest last, errors first when asked; masked and bounded before they get here. */
  logs(target: TargetRef, wanted: LogsWanted): Promise<WorkloadLogs>;
  /** Newest first. */
  history(target: TargetRef): Promise<readonly WorkloadRevision[]>;
}

export interface WorkloadStatus {
  readonly desired: number;
  readonly ready: number;
  readonly updated: number;
  readonly images: readonly string[];
  /** As people name it: `7`. */
  readonly revision: string;
  readonly unhealthy: readonly { readonly name: string; readonly reason: string }[];
}

export interface LogsWanted {
  readonly lines: number;
  readonly errorsFirst: boolean;
}

export interface WorkloadLogs {
  /** Which instance spoke. */
  readonly from: string;
  readonly lines: readonly string[];
}

export interface WorkloadRevision {
  readonly name: string;
  /** Identity that a renumbering does not change. */
  readonly identity: string;
  readonly digest: string;
  readonly images: readonly string[];
  readonly createdAt: number;
}
