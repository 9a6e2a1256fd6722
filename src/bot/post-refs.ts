import type { Clock } from './clock.ts';
import type { Engine } from './engine.ts';

export interface PostAt {
  readonly thread: string;
  /** `root`, `operation/…`. */
  readonly key: string;
}

/** Which thread a post belongs to, by where it stands. */
export interface PostRefs {
  postAt(surface: string, ref: string): PostAt | undefined;
  /**
   * The same; where a post of ours is on its way to that surface, what stands there may be that one, before the platform has
   * told us so: then it is waited for a moment.
   */
  postSoonAt(surface: string, ref: string): Promise<PostAt | undefined>;
}

/** A platform waits three seconds for the word that a press has arrived. */
const soonMs = 1000;

/** Kept in step with what is on disk, for threads in memory. */
export function createPostRefs(engine: Engine, clock: Clock): PostRefs {
  let posts = new Map<string, PostAt>();
  /** Posts that are begun and not yet anywhere, by surface. */
  let begun = new Map<string, Set<string>>();
  let live = 0;
  const waiting = new Map<string, Set<() => void>>();

  function rebuild(): void {
    posts = new Map();
    begun = new Map();
    for (const [thread, { state }] of engine.readings.posts) {
      for (const [name, { ref }] of Object.entries(state)) {
        const surface = surfaceOf(name);
        const key = name.slice(surface.length + 1);
        if (ref === '') begin(surface, `${thread} ${key}`);
        else posts.set(`${surface} ${ref}`, { thread, key });
      }
    }
    live = posts.size;
  }

  function begin(surface: string, post: string): void {
    const known = begun.get(surface) ?? new Set();
    begun.set(surface, known.add(post));
  }

  rebuild();
  engine.onChange(({ kind, id }, { event }) => {
    if (kind !== 'posts' || !('surface' in event && 'key' in event)) return;
    const surface = String(event.surface);
    const key = String(event.key);
    if (event.type === 'PostBegun') return begin(surface, `${id} ${key}`);
    if (event.type !== 'Posted' || !('ref' in event)) return;
    begun.get(surface)?.delete(`${id} ${key}`);
    const name = `${surface} ${event.ref}`;
    posts.set(name, { thread: id, key });
    for (const told of waiting.get(name) ?? []) told();
    // Threads that memory let go leave their references behind: now and then they are swept out.
    if (posts.size > 2 * live + 10_000) rebuild();
  });

  function postAt(surface: string, ref: string): PostAt | undefined {
    return posts.get(`${surface} ${ref}`);
  }

  async function postSoonAt(surface: string, ref: string): Promise<PostAt | undefined> {
    const known = postAt(surface, ref);
    if (known || (begun.get(surface)?.size ?? 0) === 0) return known;
    const name = `${surface} ${ref}`;
    const all = waiting.get(name) ?? new Set();
    waiting.set(name, all);
    await new Promise<void>((resolve) => {
      const cancel = clock.after(soonMs, resolve);
      const told = () => {
        cancel();
        resolve();
      };
      all.add(told);
    });
    waiting.delete(name);
    return postAt(surface, ref);
  }

  return { postAt, postSoonAt };
}

/** A post is known by `surface key`; neither name of a surface holds a blank. */
function surfaceOf(name: string): string {
  return name.slice(0, name.indexOf(' '));
}
