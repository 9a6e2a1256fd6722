import type { Standing } from '../../../core/post.ts';

/** What this process knows of sends that nobody answered. What the record knows of them is `Standing.begunAt`. */
export interface Doubts {
  /** It is being sent, or was: it may land until then, ms. */
  creating(thread: string, key: string, until: number): void;
  /** The one that was begun is surely not there and cannot land any more. */
  cleared(thread: string, key: string): void;
  /** Until when a begun create may still land, and since when; undefined when there is no doubt. */
  ofCreate(thread: string, key: string, standing: Standing): Doubt | undefined;
  /** An edit that nobody answered may land until then: a newer one waits, so that it is not overwritten. */
  editing(thread: string, key: string, until: number): void;
  /** Until when; undefined when no edit is in doubt. */
  ofEdit(thread: string, key: string): number | undefined;
  /** What stands there is on record. */
  settled(thread: string, key: string): void;
}

export interface Doubt {
  readonly since: number;
  readonly until: number;
}

/** What another process sent right before its end lands within this time of our start, or never. */
const landsMs = 30_000;

export function createDoubts(startedAt: number): Doubts {
  /** By `thread key`; `cleared` where the record's begun create is known not to have landed. */
  const creates = new Map<string, number | 'cleared'>();
  const edits = new Map<string, number>();
  return {
    creating: (thread, key, until) => void creates.set(`${thread} ${key}`, until),
    cleared: (thread, key) => void creates.set(`${thread} ${key}`, 'cleared'),
    ofCreate(thread, key, { begunAt }) {
      if (begunAt === undefined) return undefined;
      const known = creates.get(`${thread} ${key}`) ?? startedAt + landsMs;
      return known === 'cleared' ? undefined : { since: begunAt, until: known };
    },
    editing: (thread, key, until) => void edits.set(`${thread} ${key}`, until),
    ofEdit: (thread, key) => edits.get(`${thread} ${key}`),
    settled(thread, key) {
      creates.delete(`${thread} ${key}`);
      edits.delete(`${thread} ${key}`);
    },
  };
}
