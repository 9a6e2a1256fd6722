import type { RefusalsCounted } from '../../core/refusals.ts';
import type { Log } from '../bot-parts.ts';
import type { Clock } from '../clock.ts';
import type { createStreamRecord } from '../stream-record.ts';
import type { TellSecurity } from './notices.ts';
import { type Sign, signOf } from './signs.ts';

/** Counts what is refused at each door, and keeps a summary of each minute in which something was. */
export interface Meter {
  /** Both are names of ours: of the configuration, and of a problem. */
  refused(door: string, code: string): void;
  /** What was counted goes to disk. */
  close(): Promise<void>;
}

export interface MeterOptions {
  readonly clock: Clock;
  readonly record: ReturnType<typeof createStreamRecord>;
  readonly tell: TellSecurity;
  readonly log: Log;
}

const minuteMs = 60_000;
const windowMinutes = 5;
/** One that goes on is told again so often. */
const quietMs = 60 * minuteMs;
/** Names of doors and codes are ours; should one ever not be, memory still ends. */
const countersMax = 500;

type Counts = ReadonlyMap<string, number>;

export function createMeter({ clock, record, tell, log }: MeterOptions): Meter {
  /** By `door code`: no name of ours holds a blank. */
  let counts = new Map<string, number>();
  let since = 0;
  let stop: (() => void) | undefined;
  let turn = Promise.resolve();
  const minutes: Counts[] = [];
  const toldAt = new Map<string, number>();

  function refused(door: string, code: string): void {
    const name = `${door} ${code}`;
    if (!counts.has(name) && counts.size >= countersMax) return;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (counts.size === 1 && counts.get(name) === 1) since = clock.now();
    stop ??= clock.after(minuteMs, due);
  }

  function due(): void {
    stop = undefined;
    turn = turn.then(summarise);
  }

  async function summarise(): Promise<void> {
    const counted = counts;
    const began = since;
    counts = new Map();
    minutes.push(counted);
    if (minutes.length > windowMinutes) minutes.shift();
    // While the window still holds something, it moves on.
    if (minutes.some(({ size }) => size > 0)) stop ??= clock.after(minuteMs, due);
    try {
      await keep(counted, began);
      await raise();
    } catch (error) {
      log('what was refused could not be recorded', { error });
    }
  }

  async function keep(counted: Counts, began: number): Promise<void> {
    for (const [door, codes] of byDoor(counted)) {
      const event: RefusalsCounted = {
        type: 'RefusalsCounted',
        v: 1,
        door,
        since: began,
        counts: Object.fromEntries(codes),
      };
      const cause = `refusals/${door}/${began}`;
      await record(`refusals/${door}`, event, { cause, by: 'tocsin' });
    }
  }

  async function raise(): Promise<void> {
    const now = clock.now();
    for (const { door, sign, count, code } of sums(minutes)) {
      const name = `${door} ${sign.kind}`;
      if (count < sign.atLeast || now - (toldAt.get(name) ?? -Infinity) < quietMs) continue;
      toldAt.set(name, now);
      const facts = { door, count, code, minutes: windowMinutes };
      const cause = `security/${sign.kind}/${door}/${now}`;
      await tell({ kind: sign.kind, facts }, { cause, by: 'tocsin' });
    }
  }

  return {
    refused,
    async close() {
      stop?.();
      // The last look: nothing is armed after it.
      turn = turn.then(summarise);
      await turn;
      stop?.();
    },
  };
}

function byDoor(counts: Counts): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const doors = new Map<string, Map<string, number>>();
  for (const [name, count] of counts) {
    const [door = '', code = ''] = name.split(' ');
    const codes = doors.get(door) ?? new Map<string, number>();
    doors.set(door, codes.set(code, count));
  }
  return doors;
}

interface Sum {
  readonly door: string;
  readonly sign: Sign;
  readonly count: number;
  /** The code that was met most. */
  readonly code: string;
}

/** Of the last minutes together. */
function sums(minutes: readonly Counts[]): readonly Sum[] {
  const total = new Map<string, number>();
  for (const counts of minutes) {
    for (const [name, count] of counts) total.set(name, (total.get(name) ?? 0) + count);
  }
  const found = new Map<string, Sum & { readonly most: number }>();
  for (const [name, count] of total) {
    const [door = '', code = ''] = name.split(' ');
    const sign = signOf(code);
    if (!sign) continue;
    const key = `${door} ${sign.kind}`;
    const before = found.get(key);
    const isMost = count > (before?.most ?? 0);
    found.set(key, {
      door,
      sign,
      count: (before?.count ?? 0) + count,
      code: isMost ? code : (before?.code ?? code),
      most: Math.max(count, before?.most ?? 0),
    });
  }
  return [...found.values()];
}
