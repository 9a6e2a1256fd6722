import type { ErasedEvent } from '../event.ts';
import type { Problem } from '../problem.ts';
import type { Check } from './compare.ts';

/** What became of the backups of one subject, in its own stream. */
export type BackupEvent =
  | {
      readonly type: 'BackupTaken';
      readonly v: 1;
      readonly id: string;
      readonly operation: string;
      /** The store, and the artefact's name in it. */
      readonly store: string;
      readonly name: string;
      readonly bytes: number;
      /** '' where the target keeps it by itself: then there is no artefact of ours, and no manifest. */
      readonly sha256: string;
      /** SHA-256 of the manifest as it was signed. */
      readonly manifest: string;
      readonly startedAt: number;
      readonly endedAt: number;
    }
  | {
      readonly type: 'BackupVerified';
      readonly v: 1;
      readonly id: string;
      readonly operation: string;
      /** Every check held. */
      readonly ok: boolean;
      readonly checks: readonly Check[];
    }
  | {
      readonly type: 'BackupRemoved';
      readonly v: 1;
      readonly id: string;
      readonly operation: string;
    }
  | {
      readonly type: 'BackupRestored';
      readonly v: 1;
      readonly id: string;
      readonly operation: string;
      /** What was in use before is kept under this name. */
      readonly aside: string;
    }
  /** A schedule was seen for the first time: what was due before it was missed by nobody. */
  | { readonly type: 'BackupScheduled'; readonly v: 1; readonly schedule: string }
  | {
      readonly type: 'BackupFailed';
      readonly v: 1;
      readonly operation: string;
      readonly problem: Problem;
    };

export interface BackupRecord {
  /** In the order in which they were taken, without those that were removed. */
  readonly taken: readonly TakenBackup[];
  /** The newest attempt that came to nothing, as long as none has succeeded since. */
  readonly scheduled?: { readonly text: string; readonly at: number };
  readonly failed?: { readonly operation: string; readonly at: number; readonly problem: Problem };
}

export interface TakenBackup {
  readonly id: string;
  readonly operation: string;
  readonly store: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly manifest: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The newest verification. */
  readonly verified?: {
    readonly at: number;
    readonly operation: string;
    readonly ok: boolean;
    readonly checks: readonly Check[];
  };
}

export const noBackups: BackupRecord = { taken: [] };

export function evolveBackups(
  state: BackupRecord,
  event: BackupEvent | ErasedEvent,
  { at }: { readonly at: number },
): BackupRecord {
  switch (event.type) {
    case 'BackupTaken': {
      const { type: _, v: __, ...taken } = event;
      const { failed: ___, ...rest } = state;
      return { ...rest, taken: [...state.taken, taken] };
    }
    case 'BackupVerified': {
      const { operation, ok, checks } = event;
      return {
        ...state,
        taken: state.taken.map((each) =>
          each.id === event.id ? { ...each, verified: { at, operation, ok, checks } } : each,
        ),
      };
    }
    case 'BackupRemoved':
      return { ...state, taken: state.taken.filter(({ id }) => id !== event.id) };
    case 'BackupScheduled':
      return { ...state, scheduled: { text: event.schedule, at } };
    case 'BackupFailed':
      return { ...state, failed: { operation: event.operation, at, problem: event.problem } };
    default:
      return state;
  }
}
