import type { UnreadableReceived } from './event.ts';
import type { Incident, IncidentMeta } from './incident.ts';

export interface UnreadableState {
  readonly count: number;
  readonly lastAt: number;
  /** The newest last, without repetition. */
  readonly reasons: readonly string[];
  readonly blobs: readonly string[];
}

export const UNREADABLE_REASONS_MAX = 10;
export const UNREADABLE_BLOBS_MAX = 20;

export function unreadableReceived(
  state: Incident,
  event: UnreadableReceived,
  meta: IncidentMeta,
): Incident {
  const before = state.unreadable;
  const unreadable = {
    count: (before?.count ?? 0) + event.count,
    lastAt: meta.at,
    reasons: newest(before?.reasons ?? [], event.reasons, UNREADABLE_REASONS_MAX),
    blobs: newest(before?.blobs ?? [], [event.blob], UNREADABLE_BLOBS_MAX),
  };
  return { ...state, unreadable, heardAt: meta.at };
}

function newest(old: readonly string[], more: readonly string[], max: number): readonly string[] {
  return [...old.filter((item) => !more.includes(item)), ...more].slice(-max);
}
