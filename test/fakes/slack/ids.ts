import type { Clock } from '../../../src/bot/clock.ts';

/** Ids as the platform shapes them: a letter that says what it is, then capitals and digits, never the same twice. */
export interface Ids {
  next(prefix: string): string;
  /** Seconds and six digits, `1763607600.000100`; each one later than the one before. */
  ts(): string;
  /** For URLs and tickets that nobody should guess. */
  secret(): string;
}

export function idsOf(clock: Clock): Ids {
  let count = 0;
  let lastMicros = 0;
  const next = (prefix: string) => {
    count += 1;
    return `${prefix}0${count.toString(36).toUpperCase().padStart(9, '0')}`;
  };
  return {
    next,
    ts() {
      // Four digits of the six are used, so that two posts of one millisecond differ visibly.
      lastMicros = Math.max(clock.now() * 1000, lastMicros + 100);
      return tsOf(lastMicros);
    },
    secret() {
      count += 1;
      return `${count.toString(36)}${(count * 2654435761).toString(36)}x`;
    },
  };
}

function tsOf(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const rest = Math.floor(micros % 1_000_000);
  return `${seconds}.${String(rest).padStart(6, '0')}`;
}

/** Milliseconds since the epoch of a message's `ts`. */
export function timeOf(ts: string): number {
  return Number(ts) * 1000;
}

/** Orders by time without losing digits to a float. */
export function compareTs(a: string, b: string): number {
  const [aSeconds = '0', aRest = ''] = a.split('.');
  const [bSeconds = '0', bRest = ''] = b.split('.');
  const seconds = Number(aSeconds) - Number(bSeconds);
  return seconds || Number(aRest.padEnd(6, '0')) - Number(bRest.padEnd(6, '0'));
}
