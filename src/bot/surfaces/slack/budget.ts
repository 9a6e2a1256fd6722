import { type Budget, type Call, type Share, withinShare } from '../../../core/ports/surface.ts';
import type { Clock } from '../../clock.ts';

/**
 * The account of what Slack allows. About one message a second and channel, short bursts more; several hundred a minute
 * in a workspace; chat.update fifty a minute, for the whole workspace: https://docs.slack.dev/apis/web-api/rate-limits.
 * Ours stays a little below, because a call is counted there when it arrives and here when it leaves.
 */
export interface Account extends Budget {
  /** A call is made now. */
  spend(call: Call, place: string): void;
  /** Slack refused one, and says for how long. */
  limited(call: Call, place: string, afterMs: number): void;
  /** A call came to nothing, without a word from Slack. */
  failed(): void;
  answered(): void;
  /** How long nothing should be tried at all; 0 when all is well. */
  pause(): number;
}

interface Window {
  readonly count: number;
  readonly withinMs: number;
}

const perChannel = { burst: 2, everyMs: 1_050 };
const messages = { count: 280, withinMs: 60_500 };
const edits = { count: 48, withinMs: 60_500 };

/** After a 429 we go slower than we thought we might, by half as much again each time, and forget it over some minutes. */
const care = { step: 1.5, max: 4, halfLifeMs: 5 * 60_000 };

/** So many calls in a row come to nothing before we leave Slack alone for a while. */
const failuresMin = 3;
const pauseMs = { first: 1_000, max: 30_000 };

export function createAccount(clock: Clock, random: () => number): Account {
  const channels = new Map<string, { tokens: number; at: number }>();
  const blocked = new Map<string, number>();
  const made: Readonly<Record<'messages' | 'edits', number[]>> = { messages: [], edits: [] };
  const cautions = { post: { factor: 1, at: 0 }, edit: { factor: 1, at: 0 } };
  let failures = 0;
  let pausedUntil = 0;

  function caution(of: 'post' | 'edit', now: number): number {
    const { factor, at } = cautions[of];
    return 1 + (factor - 1) * 0.5 ** ((now - at) / care.halfLifeMs);
  }

  /** What nobody asked for leaves one message of the burst to the next new thread. */
  function channelWait(place: string, now: number, share: Share): number {
    const { tokens } = filled(place, now);
    const needed = 1 + perChannel.burst - withinShare(perChannel.burst, share);
    if (tokens >= needed) return 0;
    return Math.ceil((needed - tokens) * perChannel.everyMs * caution('post', now));
  }

  function filled(place: string, now: number): { tokens: number; at: number } {
    const last = channels.get(place) ?? { tokens: perChannel.burst, at: now };
    const gained = Math.max(0, now - last.at) / (perChannel.everyMs * caution('post', now));
    return { tokens: Math.min(perChannel.burst, last.tokens + gained), at: now };
  }

  function slower(of: 'post' | 'edit', { count, withinMs }: Window, now: number): Window {
    return { count: Math.floor(count / caution(of, now)), withinMs };
  }

  function blockedFor(key: string, now: number): number {
    const until = blocked.get(key) ?? 0;
    if (until > now) return until - now;
    blocked.delete(key);
    return 0;
  }

  function pause(): number {
    return Math.max(0, pausedUntil - clock.now());
  }

  return {
    pause,
    wait(call, place, share = 'whole') {
      const now = clock.now();
      return call === 'edit'
        ? Math.max(
            pause(),
            blockedFor('edit', now),
            windowWait(made.edits, within(slower('edit', edits, now), share), now),
          )
        : Math.max(
            pause(),
            blockedFor('post', now),
            blockedFor(`post ${place}`, now),
            windowWait(made.messages, slower('post', messages, now), now),
            channelWait(place, now, share),
          );
    },
    spend(call, place) {
      const now = clock.now();
      if (call === 'edit') {
        made.edits.push(now);
        return;
      }
      made.messages.push(now);
      const { tokens } = filled(place, now);
      channels.set(place, { tokens: tokens - 1, at: now });
      if (channels.size > 1_000) forgetFull(channels, now);
    },
    limited(call, place, afterMs) {
      const now = clock.now();
      const of = call === 'edit' ? 'edit' : 'post';
      cautions[of] = { factor: Math.min(care.max, caution(of, now) * care.step), at: now };
      if (call === 'edit') {
        blocked.set('edit', now + afterMs);
        return;
      }
      // One channel over its rate says nothing of the others; a second one at the same time means the workspace.
      const others = [...blocked].some(
        ([key, until]) => key.startsWith('post ') && key !== `post ${place}` && until > now,
      );
      blocked.set(others ? 'post' : `post ${place}`, now + afterMs);
      channels.set(place, { tokens: 1, at: now + afterMs });
    },
    failed() {
      failures += 1;
      if (failures < failuresMin) return;
      const length = Math.min(pauseMs.max, pauseMs.first * 2 ** (failures - failuresMin));
      pausedUntil = clock.now() + length * (0.75 + random() / 2);
    },
    answered() {
      failures = 0;
      pausedUntil = 0;
    },
  };
}

function within({ count, withinMs }: Window, share: Share): Window {
  return { count: withinShare(count, share), withinMs };
}

/** Milliseconds until one more fits into the window; forgets what has left it. */
function windowWait(times: number[], { count, withinMs }: Window, now: number): number {
  while (times[0] !== undefined && times[0] <= now - withinMs) times.shift();
  const oldest = times[times.length - count];
  return oldest === undefined ? 0 : oldest + withinMs - now;
}

function forgetFull(channels: Map<string, { tokens: number; at: number }>, now: number): void {
  for (const [place, { at }] of channels) {
    if (now - at > perChannel.burst * perChannel.everyMs) channels.delete(place);
  }
}
