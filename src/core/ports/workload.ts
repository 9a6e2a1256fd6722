import type { Problem } from '../problem.ts';
import type { TargetRef } from './step.ts';

/** Looks at what runs a service, and can change none of it. All texts are masked and bounded. */
export interface WorkloadReader {
  status(target: TargetRef): Promise<Looked<WorkloadStatus>>;
  /** What its processes printed last; those of unhealthy ones first. */
  logs(target: TargetRef, wanted: LogsWanted): Promise<Looked<WorkloadLogs>>;
  /** What ran before, newest first. */
  history(target: TargetRef): Promise<Looked<readonly WorkloadRevision[]>>;
  /** Up to three names near the one the target has, for a mistyped one. */
  namesLike(target: TargetRef): Promise<Looked<readonly string[]>>;
}

export type Looked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export interface WorkloadStatus {
  readonly id: string;
  readonly identity: string;
  readonly replicas: {
    readonly desired: number;
    readonly ready: number;
    readonly updated: number;
    readonly available: number;
  };
  readonly images: readonly string[];
  /** The number that people know it by; absent while it is not known. */
  readonly revision?: number;
  readonly paused: boolean;
  /** The bounds an autoscaler keeps it in. */
  readonly autoscaled?: { readonly by: string; readonly min: number; readonly max: number };
  readonly conditions: readonly WorkloadCondition[];
  readonly unhealthy: readonly UnhealthyInstance[];
  /** Newest first. */
  readonly events: readonly WorkloadEvent[];
}

export interface WorkloadCondition {
  readonly type: string;
  readonly holds: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface UnhealthyInstance {
  readonly instance: string;
  readonly process: string;
  readonly reason: string;
  readonly message: string;
  readonly restarts: number;
  /** How it ended the last time. */
  readonly last: string;
  readonly image: string;
}

export interface WorkloadEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly about: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly warning: boolean;
}

export interface LogsWanted {
  readonly lines: number;
  /** Lines that look like errors before the others. */
  readonly errorsFirst: boolean;
}

export interface WorkloadLogs {
  readonly lines: readonly LogLine[];
  /** Instances that were read, and how many there are. */
  readonly read: number;
  readonly of: number;
  /** There was more than fits. */
  readonly cut: boolean;
}

export interface LogLine {
  readonly at: number;
  readonly instance: string;
  readonly process: string;
  readonly text: string;
  readonly isError: boolean;
}

export interface WorkloadRevision {
  readonly number: number;
  readonly uid: string;
  readonly digest: string;
  readonly images: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly cause?: string;
  /** What runs now has this template. */
  readonly current: boolean;
}
