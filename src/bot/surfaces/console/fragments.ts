import type { Rendered } from './render.ts';

/**
 * A place in what this process has shown: `<epoch>-<sequence>`. It travels as the id of a server-sent event and comes
 * back as Last-Event-ID. The epoch is drawn at start: a cursor of an earlier process names nothing here.
 */
export interface Sequence {
  readonly epoch: string;
  next(): number;
  current(): number;
}

export interface Fragments {
  /** Keeps a rendering; undefined when the very same one stands there already. */
  put(incident: string, rendered: Rendered): Kept | undefined;
  /** The incident changed and nobody looked: what changed is read from the thread itself when somebody does. */
  skip(incident: string): void;
  /** What changed in an incident after a sequence number, oldest first; `gone` when that is no longer known. */
  since(incident: string, after: number): readonly Kept[] | 'gone';
}

export interface Kept extends Rendered {
  readonly sequence: number;
  /** It stood there already, with other words. */
  readonly known: boolean;
}

export function createSequence(epoch: string): Sequence {
  let last = 0;
  return {
    epoch,
    next() {
      last += 1;
      return last;
    },
    current: () => last,
  };
}

export function writeCursor(sequence: Sequence): string {
  return `${sequence.epoch}-${sequence.current()}`;
}

/** The number inside a cursor of this process; undefined for another process's, a forged or a future one. */
export function readCursor(sequence: Sequence, cursor: string): number | undefined {
  const [epoch, number, ...rest] = cursor.split('-');
  if (epoch !== sequence.epoch || rest.length > 0 || !/^\d{1,15}$/.test(number ?? '')) {
    return undefined;
  }
  const at = Number(number);
  return at <= sequence.current() ? at : undefined;
}

/** More incidents than this that changed unseen: a cursor from before the oldest of those gets the full state. */
const skippedMax = 20_000;

/**
 * What was last shown, bounded in characters: the incident that changed longest ago goes first. Nothing is lost by
 * that, since a page is rendered from the thread itself; only a resume from before then gets the full state instead.
 */
export function createFragments(sequence: Sequence, charactersMax: number): Fragments {
  const threads = new Map<string, Map<string, Kept>>();
  /** Sequence number of the last change that was not rendered, by incident. */
  const skipped = new Map<string, number>();
  let characters = 0;
  let forgotten = 0;

  function forgetOldest(except: string): void {
    for (const [incident, kept] of threads) {
      if (characters <= charactersMax) return;
      if (incident === except) continue;
      threads.delete(incident);
      for (const one of kept.values()) {
        characters -= one.html.length;
        forgotten = Math.max(forgotten, one.sequence);
      }
    }
  }

  return {
    put(incident, rendered) {
      const thread = threads.get(incident) ?? new Map<string, Kept>();
      const before = thread.get(rendered.key);
      if (before?.html === rendered.html) return undefined;
      const kept = { ...rendered, sequence: sequence.next(), known: before !== undefined };
      thread.delete(rendered.key);
      thread.set(rendered.key, kept);
      threads.delete(incident);
      threads.set(incident, thread);
      characters += rendered.html.length - (before?.html.length ?? 0);
      forgetOldest(incident);
      return kept;
    },
    skip(incident) {
      const thread = threads.get(incident);
      for (const one of thread?.values() ?? []) characters -= one.html.length;
      threads.delete(incident);
      skipped.set(incident, sequence.next());
      if (skipped.size <= skippedMax) return;
      for (const [oldest, at] of skipped) {
        skipped.delete(oldest);
        forgotten = Math.max(forgotten, at);
        return;
      }
    },
    since(incident, after) {
      if (after < forgotten || after < (skipped.get(incident) ?? 0)) return 'gone';
      const kept = [...(threads.get(incident)?.values() ?? [])];
      return kept.filter((one) => one.sequence > after);
    },
  };
}
