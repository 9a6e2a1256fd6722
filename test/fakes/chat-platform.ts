import type { Clock } from '../../src/bot/clock.ts';
import {
  type Call,
  type Ensured,
  type Found,
  type Share,
  type Sought,
  type Surface,
  withinShare,
} from '../../src/core/ports/surface.ts';
import { problem } from '../../src/core/problem.ts';
import type { Card, Entry, Text } from '../../src/core/view/card.ts';
import { plain } from '../../src/core/view/text.ts';

/** One message as people see it now. */
export interface PlatformPost {
  readonly ref: string;
  readonly incident: string;
  readonly key: string;
  readonly place: string;
  /** Of an entry: where its root stands. Empty for a root. */
  readonly root: string;
  readonly postedAt: number;
  piece: Card | Entry;
  edits: number;
}

/**
 * What befalls a call: refused for its rate; failed and not applied; applied and the answer lost; not answered in time
 * and applied five seconds after that; answered late.
 */
export type Fault = 'limited' | 'failed' | 'unheard' | 'late' | 'slow';

export interface ChatPlatform {
  readonly surface: Surface;
  readonly posts: readonly PlatformPost[];
  /** Calls by what they were answered, and refused for their rate though the account said otherwise. */
  readonly answered: Readonly<Record<string, number>>;
  roots(incident?: string): readonly PlatformPost[];
  entries(incident: string): readonly PlatformPost[];
  /** What the messages below a root say, one string each. */
  said(incident: string): readonly string[];
  /** Asked before each call; none when it answers nothing. */
  befalls(fault: (call: Call | 'find' | 'remove') => Fault | undefined): void;
  /** Nobody answers any more; undone with `false`. */
  isDown(down: boolean): void;
  /** A person takes a message away. */
  takesAway(ref: string): void;
  /** The channel is archived, or opened again. */
  archives(place: string, isArchived?: boolean): void;
  /** Nothing can be said below it. */
  locks(root: string, isLocked?: boolean): void;
  /** The newest message is not found for a while; the answer brings it back. */
  hides(): () => void;
  /** It takes no more edits. */
  wears(ref: string): void;
  /** Renderings that it refuses. */
  refuses(which: (piece: Card | Entry) => boolean): void;
}

export interface ChatPlatformOptions {
  readonly clock: Clock;
  readonly name?: string;
  /** Between two messages in one place, ms. */
  readonly messageEveryMs?: number;
  /** Edits in a minute, over all places. */
  readonly editsPerMinute?: number;
}

const timeoutMs = 5000;
const lateMs = 10_000;
const landsWithinMs = 15_000;

/** A chat platform with limits and failures of its own: it outlives the bot, and refuses what real ones refuse. */
export function createChatPlatform(options: ChatPlatformOptions): ChatPlatform {
  const { clock, name = 'chat/main', messageEveryMs = 1000, editsPerMinute = 50 } = options;
  const posts: PlatformPost[] = [];
  const answered: Record<string, number> = {};
  const archived = new Set<string>();
  const worn = new Set<string>();
  const locked = new Set<string>();
  const lastMessage = new Map<string, number>();
  let edits: number[] = [];
  let fault: (call: Call | 'find' | 'remove') => Fault | undefined = () => undefined;
  let refused: (piece: Card | Entry) => boolean = () => false;
  let down = false;
  let made = 0;

  function wait(call: Call, place: string, share?: Share): number {
    if (call !== 'edit') {
      const last = lastMessage.get(place) ?? Number.NEGATIVE_INFINITY;
      return Math.max(0, last + messageEveryMs - clock.now());
    }
    edits = edits.filter((at) => at > clock.now() - 60_000);
    const oldest = edits[edits.length - withinShare(editsPerMinute, share)];
    return oldest === undefined ? 0 : oldest + 60_000 - clock.now();
  }

  /** Counted when it arrives, whatever becomes of it. */
  function spend(call: Call, place: string): boolean {
    const isOver = wait(call, place) > 0;
    if (call === 'edit') edits.push(clock.now());
    else lastMessage.set(place, clock.now());
    return isOver;
  }

  const later = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  function tell<T extends Ensured | Found>(outcome: T): T {
    const word = outcome.ok ? 'ok' : outcome.why;
    answered[word] = (answered[word] ?? 0) + 1;
    return outcome;
  }

  async function call<T extends Ensured | Found>(
    kind: Call | 'find' | 'remove',
    place: string,
    apply: () => T,
  ): Promise<T | Extract<Ensured, { readonly ok: false }>> {
    const unknown = (ms: number) => tell({ ok: false, why: 'unknown', landsWithinMs: ms } as const);
    if (down) {
      await later(timeoutMs);
      return unknown(landsWithinMs - timeoutMs);
    }
    const befalls = fault(kind);
    const isCounted = kind === 'find' || kind === 'remove' ? false : spend(kind, place);
    if (isCounted) answered['over the limit'] = (answered['over the limit'] ?? 0) + 1;
    if (isCounted || befalls === 'limited') {
      await later(50);
      return tell({ ok: false, why: 'wait', afterMs: 2000 } as const);
    }
    switch (befalls) {
      case 'failed':
        await later(200);
        return unknown(0);
      case 'unheard':
        apply();
        await later(200);
        return unknown(landsWithinMs);
      case 'late':
        clock.after(lateMs, apply);
        await later(timeoutMs);
        return unknown(landsWithinMs - timeoutMs);
      case 'slow':
        await later(4000);
        return tell(apply());
      default:
        await later(100);
        return tell(apply());
    }
  }

  type Post = Omit<PlatformPost, 'ref' | 'postedAt' | 'edits'> & {
    readonly ref: string | undefined;
  };

  function ensure({ ref, ...post }: Post): Ensured {
    if (archived.has(post.place)) {
      return { ok: false, why: 'lost', problem: problem('PLACE_ARCHIVED', { place: post.place }) };
    }
    if (locked.has(post.root)) {
      return { ok: false, why: 'lost', problem: problem('THREAD_LOCKED', { place: post.place }) };
    }
    if (refused(post.piece)) {
      return { ok: false, why: 'refused', problem: problem('POST_INVALID', {}) };
    }
    if (post.root !== '' && !posts.some((each) => each.ref === post.root)) {
      return { ok: false, why: 'gone' };
    }
    if (ref === undefined) {
      made += 1;
      posts.push({ ...post, ref: `m${made}`, postedAt: clock.now(), edits: 0 });
      return { ok: true, ref: `m${made}` };
    }
    const before = posts.find((each) => each.ref === ref);
    if (!before) return { ok: false, why: 'gone' };
    if (worn.has(ref)) return { ok: false, why: 'worn' };
    before.piece = post.piece;
    before.edits += 1;
    return { ok: true, ref };
  }

  function find({ incident, key, place, root, since }: Sought): Found {
    const refs = posts.filter(
      (post) =>
        post.incident === incident &&
        post.key === key &&
        post.place === place &&
        post.root === root &&
        post.postedAt >= since,
    );
    return { ok: true, refs: refs.map(({ ref }) => ref) };
  }

  function remove(ref: string): Ensured {
    const at = posts.findIndex((post) => post.ref === ref);
    if (at < 0) return { ok: false, why: 'gone' };
    posts.splice(at, 1);
    return { ok: true, ref };
  }

  const surface: Surface = {
    name,
    remembers: true,
    budget: { wait },
    ensureRoot: ({ incident, place, card, ref }) =>
      call(ref === undefined ? 'root' : 'edit', place, () =>
        ensure({ incident, place, key: 'root', root: '', piece: card, ref }),
      ),
    ensureEntry: ({ incident, place, root, entry, ref }) =>
      call(ref === undefined ? 'reply' : 'edit', place, () =>
        ensure({ incident, place, key: entry.key, root, piece: entry, ref }),
      ),
    find: (sought) => call('find', sought.place, () => find(sought)),
    remove: (ref) => call('remove', '', () => remove(ref)),
    close: async () => undefined,
  };

  return {
    surface,
    posts,
    answered,
    roots: (incident) =>
      posts.filter((post) => post.key === 'root' && (incident ?? post.incident) === post.incident),
    entries: (incident) => posts.filter((post) => post.incident === incident && post.root !== ''),
    said: (incident) =>
      posts.flatMap(({ incident: of, piece }) =>
        of === incident && 'kind' in piece && piece.kind === 'line' ? [spoken(piece.text)] : [],
      ),
    befalls: (next) => {
      fault = next;
    },
    isDown: (isDown) => {
      down = isDown;
    },
    takesAway: (ref) => void remove(ref),
    archives: (place, isArchived = true) => {
      if (isArchived) archived.add(place);
      else archived.delete(place);
    },
    locks: (root, isLocked = true) => {
      if (isLocked) locked.add(root);
      else locked.delete(root);
    },
    hides() {
      const hidden = posts.pop();
      return () => {
        if (hidden) posts.push(hidden);
      };
    },
    wears: (ref) => void worn.add(ref),
    refuses: (which) => {
      refused = which;
    },
  };
}

/** The lines of one message, each by itself. */
function spoken(text: Text): string {
  return text.map((span) => (isBreak(span) ? '\n' : plain([span]))).join('');
}

function isBreak(span: Text[number]): boolean {
  return typeof span !== 'string' && span.kind === 'break';
}
