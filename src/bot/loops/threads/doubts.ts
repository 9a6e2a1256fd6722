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
  /**
   * It was created by this process, or edited by it. True when what another one sent before its end may still land on
   * it: then it is edited once more.
   */
  made(thread: string, key: string, how: 'created' | 'edited'): boolean;
}

export interface Doubt {
  readonly since: number;
  readonly until: number;
}

/** What another process sent right before its end lands within this time of our start, or never. */
const landsMs = 30_000;

export function createDoubts(now: () => number): Doubts {
  const pastLandsAt = now() + landsMs;
  /** Created since our start, as long as an edit of another process may land. */
  const own = new Set<string>();
  /** By `thread key`; `cleared` where the record's begun create is known not to have landed. */
  const creates = new Map<string, number | 'cleared'>();
  const edits = new Map<string, number>();
  return {
    creating: (thread, key, until) => void creates.set(`${thread} ${key}`, until),
    cleared: (thread, key) => void creates.set(`${thread} ${key}`, 'cleared'),
    ofCreate(thread, key, { begunAt }) {
      if (begunAt === undefined) return undefined;
      const known = creates.get(`${thread} ${key}`) ?? pastLandsAt;
      return known === 'cleared' ? undefined : { since: begunAt, until: known };
    },
    editing: (thread, key, until) => void edits.set(`${thread} ${key}`, until),
    ofEdit: (thread, key) => edits.get(`${thread} ${key}`),
    settled(thread, key) {
      creates.delete(`${thread} ${key}`);
      edits.delete(`${thread} ${key}`);
    },
    made(thread, key, how) {
      const name = `${thread} ${key}`;
      if (now() >= pastLandsAt) own.clear();
      else if (how === 'created') own.add(name);
      else if (!own.has(name)) {
        edits.set(name, pastLandsAt);
        return true;
      }
      return false;
    },
  };
}
