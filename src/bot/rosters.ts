import { type Directory, type DirectoryQuery, queryText } from '../core/ports/directory.ts';
import { type Problem, ProblemError, problem, problemOf } from '../core/problem.ts';
import type { DirectoryTimes } from '../core/settings.ts';
import type { Log } from './bot-parts.ts';
import type { Clock } from './clock.ts';

/** A directory of one workspace, guild or account, and which groups it is asked for. */
export interface ServedDirectory extends Directory {
  /** `slack/main`. */
  readonly name: string;
  /** One question answers for all accounts at once; the others are asked after each account alone. */
  readonly lists: boolean;
  serves(query: DirectoryQuery): boolean;
  /** Whether an account is one of this place. */
  isOf?(account: string): boolean;
  /** Whether it is a member there now, or was switched off or left. */
  standing?(account: string): Promise<'member' | 'left' | 'unknown'>;
}

/** What directories answered, each answer with its age. It decides for nobody: it says how old what is known is. */
export interface Rosters {
  /**
   * Whether any of these accounts is in the group, by an answer that is young enough to decide by; else it is asked for.
   * `anew`: asked in any case, and what is known counts only where that fails.
   */
  counted(asked: Asked): Promise<Counted>;
  /** Who is in it as far as is known, for telling. Undefined where nothing is, or only what is too old. */
  told(query: DirectoryQuery): Told | undefined;
  /** How many questions it takes to know of all these accounts: those of each together. */
  parts(query: DirectoryQuery, accounts: readonly string[]): readonly (readonly string[])[];
  /** Asks for these accounts now, so that something is known when it is needed. Never rejects. */
  refresh(query: DirectoryQuery, accounts: readonly string[]): Promise<Problem | undefined>;
}

export interface Asked {
  readonly query: DirectoryQuery;
  readonly accounts: readonly string[];
  /** All accounts that are bound there: what a directory that lists is asked about. */
  readonly bound: readonly string[];
  readonly anew?: boolean;
}

export type Counted =
  | { readonly ok: true; readonly isIn: boolean; readonly at: number; readonly digest: string }
  | { readonly ok: false; readonly problem: Problem };

export interface Told {
  readonly accounts: readonly string[];
  /** When the oldest part of it was asked for. */
  readonly at: number;
}

export interface RostersOptions {
  readonly clock: Clock;
  readonly sha256: (text: string) => string;
  readonly times: () => DirectoryTimes;
  readonly directories: () => readonly ServedDirectory[];
  readonly log: Log;
}

interface Known {
  readonly isIn: boolean;
  readonly at: number;
  readonly digest: string;
}

interface Line {
  /** By account. */
  readonly known: Map<string, Known>;
  readonly asking: Map<string, Promise<void>>;
  silence?: {
    readonly since: number;
    readonly restMs: number;
    readonly until: number;
    readonly problem: Problem;
  };
}

/** So long somebody who asked for something waits for a directory. */
const patienceMs = 3_000;
/** One that failed is left alone: at first so long, then twice as long, up to the second. */
const restMs = 5_000;
const restMostMs = 60_000;
/** No group that decides anything is larger. */
const accountsMax = 20_000;

export function createRosters(options: RostersOptions): Rosters {
  const { clock, log } = options;
  const lines = new Map<string, Line>();

  function lineOf(query: DirectoryQuery): Line {
    const name = queryText(query);
    const line = lines.get(name) ?? { known: new Map(), asking: new Map() };
    lines.set(name, line);
    return line;
  }

  /** The oldest of what is known of them; undefined where one is not known at all. */
  function known(line: Line, accounts: readonly string[], withinMs: number): Known | undefined {
    let oldest: Known | undefined;
    let isIn = false;
    for (const account of accounts) {
      const one = line.known.get(account);
      if (!one || clock.now() - one.at > withinMs) return undefined;
      isIn ||= one.isIn;
      if (!oldest || one.at < oldest.at) oldest = one;
    }
    return oldest && { ...oldest, isIn };
  }

  function ask(query: DirectoryQuery, about: readonly string[]): Promise<void> {
    const line = lineOf(query);
    const key = about.join(' ');
    const asking =
      line.asking.get(key) ??
      answer(query, about)
        .catch((error: unknown) => {
          silenced(query, error);
          throw error;
        })
        .finally(() => line.asking.delete(key));
    line.asking.set(key, asking);
    return asking;
  }

  async function answer(query: DirectoryQuery, about: readonly string[]): Promise<void> {
    const directory = options.directories().find((one) => one.serves(query));
    if (!directory) throw new ProblemError(problem('DIRECTORY_NOT_CONNECTED', said(query)));
    const line = lineOf(query);
    const asked = clock.now();
    const { accounts, at } = await inTime(directory.members(query, about));
    if (accounts.length > accountsMax) {
      throw new ProblemError(problem('DIRECTORY_UNREADABLE', said(query)));
    }
    // What comes from outside cannot be younger than its question, and is no older than our own.
    const then = Math.min(Math.max(at, asked), clock.now());
    const names = new Set(accounts);
    const digest = options.sha256([queryText(query), ...[...names].sort()].join('\n'));
    for (const account of about) {
      line.known.set(account, { isIn: names.has(account), at: then, digest });
    }
    if (line.silence) log('directory answers again', said(query));
    delete line.silence;
  }

  /** A late answer serves nobody: whoever waited has been told no. */
  function inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(patienceMs, () =>
        reject(new ProblemError(problem('DIRECTORY_SLOW', { seconds: patienceMs / 1000 }))),
      );
      work.then(resolve, reject).finally(cancel);
    });
  }

  function silenced(query: DirectoryQuery, error: unknown): void {
    const line = lineOf(query);
    const now = clock.now();
    const because = problemOf(error, problem('DIRECTORY_FAILED', said(query)));
    const { since = now, restMs: last = restMs / 2 } = line.silence ?? {};
    const rest = Math.min(restMostMs, last * 2);
    if (!line.silence) {
      log('directory does not answer', { ...said(query), code: because.code, error });
    }
    line.silence = { since, restMs: rest, until: now + rest, problem: because };
  }

  function unreachable(query: DirectoryQuery): Problem {
    const { since = clock.now(), problem: because } = lineOf(query).silence ?? {};
    return problem('DIRECTORY_UNREACHABLE', {
      ...said(query),
      since: new Date(since).toISOString(),
      because: because?.code ?? 'DIRECTORY_FAILED',
    });
  }

  function hasList(query: DirectoryQuery): boolean {
    return options.directories().find((one) => one.serves(query))?.lists ?? true;
  }

  function aboutOf({ query, accounts, bound }: Asked): readonly string[] {
    return hasList(query) ? bound : accounts;
  }

  return {
    async counted(asked) {
      const { query, accounts, anew = false } = asked;
      const { countWithinMs } = options.times();
      const line = lineOf(query);
      const first = known(line, accounts, countWithinMs);
      if (first && !anew) {
        // Asked for before it is too old, so that nobody has to wait for it.
        if (clock.now() - first.at > countWithinMs / 2 && isWorthAsking(line)) {
          ask(query, aboutOf(asked)).catch(() => undefined);
        }
        return { ok: true, ...first };
      }
      const isAnswered =
        isWorthAsking(line) &&
        (await ask(query, aboutOf(asked)).then(
          () => true,
          () => false,
        ));
      // What was asked for just now counts, however long it took and however little may be kept.
      const within = isAnswered ? Math.max(countWithinMs, patienceMs) : countWithinMs;
      const found = known(line, accounts, within);
      return found ? { ok: true, ...found } : { ok: false, problem: unreachable(query) };
    },
    told(query) {
      const { tellWithinMs } = options.times();
      const young = [...lineOf(query).known].filter(
        ([, { at }]) => clock.now() - at <= tellWithinMs,
      );
      if (young.length === 0) return undefined;
      return {
        accounts: young.filter(([, { isIn }]) => isIn).map(([account]) => account),
        at: Math.min(...young.map(([, { at }]) => at)),
      };
    },
    parts: (query, accounts) =>
      hasList(query) ? [accounts] : accounts.map((account) => [account]),
    async refresh(query, accounts) {
      try {
        await ask(query, accounts);
        return undefined;
      } catch {
        return unreachable(query);
      }
    },
  };

  function isWorthAsking({ silence }: Line): boolean {
    return silence === undefined || clock.now() >= silence.until;
  }
}

function said(query: DirectoryQuery) {
  return { directory: queryText(query) };
}
