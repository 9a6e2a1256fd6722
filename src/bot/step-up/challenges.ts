import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Challenges that say themselves what they are for: nothing is kept of one that nobody answers, so that no flood of pages
 * pushes another's out. Good once, for a short time, for one session and one thing; a restart ends them all.
 */
export interface Challenges {
  /** base64url, 56 bytes: what an authenticator signs, and what a form with a code carries. */
  make(bound: Bound, at: number): string;
  /** True once for each that is whole, fresh and bound to this. It is used up by the asking, whatever comes of it. */
  take(challenge: string, bound: Bound, at: number): boolean;
}

/** What it is for: purpose, session, and the hash of what it is given for. */
export type Bound = readonly string[];

export const challengeMs = 5 * 60_000;
/** Used ones are remembered until they are over anyway; more than anybody can press in that time is refused. */
const usedMax = 20_000;

export function createChallenges(key: Uint8Array = randomBytes(32)): Challenges {
  const used = new Map<string, number>();

  function sign(head: Uint8Array, bound: Bound): Buffer {
    return createHmac('sha256', key).update(head).update(JSON.stringify(bound)).digest();
  }

  function forget(at: number): void {
    for (const [challenge, until] of used) if (until <= at) used.delete(challenge);
  }

  return {
    make(bound, at) {
      const head = Buffer.alloc(24);
      randomBytes(16).copy(head);
      head.writeBigUInt64BE(BigInt(at), 16);
      return Buffer.concat([head, sign(head, bound)]).toString('base64url');
    },
    take(challenge, bound, at) {
      // One text for each: a second spelling of the same bytes would be a second use.
      if (!/^[\w-]{75}$/.test(challenge)) return false;
      const bytes = Buffer.from(challenge, 'base64url');
      if (bytes.length !== 56 || bytes.toString('base64url') !== challenge) return false;
      const head = bytes.subarray(0, 24);
      if (!timingSafeEqual(bytes.subarray(24), sign(head, bound))) return false;
      const until = Number(head.readBigUInt64BE(16)) + challengeMs;
      if (at >= until || at < until - challengeMs) return false;
      if (used.size >= usedMax) forget(at);
      if (used.has(challenge) || used.size >= usedMax) return false;
      used.set(challenge, until);
      return true;
    },
  };
}
