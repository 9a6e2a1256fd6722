import type { Budget, Surface } from '../../../core/ports/surface.ts';
import { type CallEnd, createCaller } from './call.ts';
import { createDoubts } from './doubts.ts';
import { createHealth } from './health.ts';
import type { Lane, LaneReading, ThreadsLoopOptions, WaitsFor, Wake } from './index.ts';
import { createLookout, type Look } from './look.ts';
import { createLostPlaces } from './lost-places.ts';
import { urgency } from './next-post.ts';
import { createRefusals } from './refusals.ts';
import { createSettling } from './settle.ts';
import { type CallLook, createShares } from './shares.ts';
import { createStorms, stormLookMs, type WaitingRoots } from './storms.ts';

export interface PacedLaneOptions extends ThreadsLoopOptions {
  readonly surface: Surface;
  readonly budget: Budget;
}

/** So long at most without giving the intake its turn. */
const sliceMs = 4;
/** After something of ours failed. */
const retryMs = 5000;
/** Calls under way at a time, each to a place of its own. */
const flyingMax = 4;
/** At the end, for what is under way to be put on record. */
const closeMs = 5000;

/** A thread that is not known to show what it should. */
interface Item {
  readonly thread: string;
  /** Who came first goes first among equals. */
  readonly rank: number;
  why: Wake;
  /** What it needs; undefined until it was looked at. */
  look: Exclude<Look, { readonly kind: 'nothing' | 'kept' }> | undefined;
  isBusy: boolean;
  /** It was woken while its call was under way. */
  isStale: boolean;
  /** Refused until then, whatever happens to it meanwhile. */
  heldUntil: number;
  notBefore: number;
}

/**
 * The lane of a chat platform: of all that is out of date, the most urgent call that the platform allows now, then the
 * next. What a thread should show is asked right before the call, so that edits coalesce and the latest state wins.
 */
export function createPacedLane(options: PacedLaneOptions): Lane {
  const { surface, budget, clock, log } = options;
  const { name } = surface;
  const items = new Map<string, Item>();
  const fresh = new Set<string>();
  const busyPlaces = new Set<string>();
  const idlers: (() => void)[] = [];
  const flying = new Set<Promise<void>>();
  const places = createLostPlaces(clock.now);
  const doubts = createDoubts(clock.now);
  const refusals = createRefusals();
  const shares = createShares(clock);
  const storms = createStorms(options);
  const settling = createSettling(options);
  const health = createHealth({ ...options, name });
  let abandoned = 0;
  const caller = createCaller({
    ...options,
    places,
    doubts,
    refusals,
    health,
    settling,
    givenUp: () => {
      abandoned += 1;
    },
  });
  const lookout = createLookout({ ...options, name, storms, places, doubts, refusals });
  let rank = 0;
  let turning: Promise<void> | undefined;
  let isWoken = false;
  let isClosed = false;
  let cancelTimer = () => {};

  function wake(thread: string, why: Wake): void {
    if (isClosed) return;
    const item = items.get(thread) ?? newItem(thread, why);
    if (urgency[why] < urgency[item.why]) item.why = why;
    items.set(thread, item);
    fresh.add(thread);
    stir();
  }

  function newItem(thread: string, why: Wake): Item {
    rank += 1;
    return {
      thread,
      rank,
      why,
      look: undefined,
      isBusy: false,
      isStale: false,
      heldUntil: 0,
      notBefore: 0,
    };
  }

  function stir(): void {
    isWoken = true;
    turning ??= new Promise<void>((resolve) => setImmediate(resolve)).then(turn).finally(() => {
      turning = undefined;
      if (isWoken && !isClosed) stir();
      else rest();
    });
  }

  async function turn(): Promise<void> {
    isWoken = false;
    let sliceEnds = performance.now() + sliceMs;
    for (const thread of fresh) {
      if (isClosed) return;
      fresh.delete(thread);
      await examine(thread);
      if (performance.now() < sliceEnds) continue;
      await judge();
      choose();
      await new Promise<void>((resolve) => setImmediate(resolve));
      sliceEnds = performance.now() + sliceMs;
    }
    await judge();
    choose();
  }

  async function examine(thread: string): Promise<void> {
    const item = items.get(thread);
    if (item) item.isStale = item.isBusy;
    if (!item || item.isBusy) return;
    storms.release(thread);
    try {
      settle(item, await lookout.look(thread, 'roughly', item.why));
    } catch (error) {
      log('thread failed', { surface: name, thread, error });
      item.look = undefined;
      item.notBefore = clock.now() + retryMs;
    }
  }

  /** What was seen decides whether the thread waits for a call, is kept back or is done. */
  function settle(item: Item, look: Look): void {
    if (look.kind !== 'nothing') stirStorm(look.place, item.thread);
    if (look.kind === 'nothing' || look.kind === 'kept') {
      if (look.kind === 'kept') storms.keep(look.place, item.thread);
      items.delete(item.thread);
      return;
    }
    item.look = look;
    // What somebody did shows by now, or the thread has none yet: what follows is no answer any more.
    if (item.why === 'answer' && orderOf(item) > urgency.answer) item.why = 'state';
    const until = look.kind === 'lost' && look.to !== undefined ? 0 : look.until;
    const due = Math.max(until, item.heldUntil);
    item.notBefore = isStormCard(look) ? Math.max(due, storms.cardDue(item.thread)) : due;
  }

  /** The card of a storm follows whatever happens in its place. */
  function stirStorm(place: string, thread: string): void {
    const storm = storms.raging().find((each) => each.place === place)?.storm;
    if (storm !== undefined && storm !== thread && !items.has(storm)) wake(storm, 'state');
  }

  async function judge(): Promise<void> {
    try {
      for (const thread of await storms.judge(waitingRoots())) wake(thread, 'state');
    } catch (error) {
      log('storm was not judged', { surface: name, error });
    }
  }

  function waitingRoots(): ReadonlyMap<string, WaitingRoots> {
    const waiting = new Map<string, { threads: string[]; openedAt: number[] }>();
    for (const { thread, look } of items.values()) {
      if (look?.kind !== 'call' || look.call !== 'root' || look.about.storm) continue;
      const there = waiting.get(look.place) ?? { threads: [], openedAt: [] };
      there.threads.push(thread);
      if (look.about.open) there.openedAt.push(look.about.openedAt);
      waiting.set(look.place, there);
    }
    return waiting;
  }

  function choose(): void {
    for (;;) {
      if (isClosed || isFull() || health.closedUntil() > clock.now()) return;
      const item = best();
      if (!item) return;
      start(item);
    }
  }

  function isFull(): boolean {
    return flying.size >= (health.isDoubtful() ? 1 : flyingMax);
  }

  function best(): Item | undefined {
    let chosen: Item | undefined;
    const waits = new Map<string, number>();
    for (const item of items.values()) {
      if (dueAt(item, waits) > clock.now()) continue;
      if (!chosen || isBefore(item, chosen)) chosen = item;
    }
    return chosen;
  }

  /** When its call can be made, ms. */
  function dueAt(item: Item, waits: Map<string, number>): number {
    const { look } = item;
    if (item.isBusy || fresh.has(item.thread)) return Number.POSITIVE_INFINITY;
    if (look?.kind !== 'call') return item.notBefore;
    if (busyPlaces.has(look.place)) return Number.POSITIVE_INFINITY;
    if (isFree(look)) return item.notBefore;
    const kind = `${look.call} ${look.place} ${shares.of(look)}`;
    const until = waits.get(kind) ?? opensAt(look);
    waits.set(kind, until);
    return Math.max(item.notBefore, until);
  }

  function isFree({ post }: CallLook): boolean {
    return post?.piece.ref !== undefined && budget.isFree?.(post.piece.ref) === true;
  }

  function opensAt(look: CallLook): number {
    const wait = isFree(look) ? 0 : budget.wait(look.call, look.place, shares.of(look));
    return wait > 0 ? clock.now() + wait : 0;
  }

  function start(item: Item): void {
    const place = item.look?.kind === 'call' ? item.look.place : undefined;
    item.isBusy = true;
    if (place !== undefined) busyPlaces.add(place);
    const run = act(item)
      .catch((error: unknown) => {
        log('thread failed', { surface: name, thread: item.thread, error });
        item.notBefore = clock.now() + retryMs;
        item.look = undefined;
        return true;
      })
      .then((isHeld) => {
        item.isBusy = false;
        if (place !== undefined) busyPlaces.delete(place);
        flying.delete(run);
        if ((!isHeld || item.isStale) && items.has(item.thread)) fresh.add(item.thread);
        if (!isClosed) stir();
      });
    flying.add(run);
  }

  /** Looks once more and makes the call. True when the thread is not to be looked at before its time. */
  async function act(item: Item): Promise<boolean> {
    const { thread } = item;
    const look = await lookout.look(thread, 'whole', item.why);
    settle(item, look);
    if (item.notBefore > clock.now()) return true;
    if (look.kind === 'doubt') return after(item, await caller.settle(look));
    if (look.kind === 'lost') return move(thread, look);
    if (look.kind !== 'call' || look.post === undefined) return false;
    // It needs another call than it was chosen for, and that one has to be chosen.
    if (opensAt(look) > clock.now()) return false;
    if (look.urgency === urgency.answer) shares.answered(look.place);
    const end = await caller.post(thread, look.place, look.post);
    if (look.about.storm && end.againAt === undefined) storms.cardShown(thread);
    return after(item, end);
  }

  function after(item: Item, { againAt }: CallEnd): boolean {
    if (againAt === undefined) return false;
    item.heldUntil = againAt;
    item.notBefore = againAt;
    return true;
  }

  async function move(
    thread: string,
    { place, to }: Extract<Look, { kind: 'lost' }>,
  ): Promise<boolean> {
    const problem = places.all().find((lost) => lost.place === place)?.problem;
    if (to === undefined || problem === undefined) return false;
    log('thread moved', { surface: name, thread, from: place, to });
    const event = { type: 'ThreadMoved', v: 1, surface: name, from: place, to, problem } as const;
    await options.engine.record({ kind: 'posts', id: thread, event });
    return false;
  }

  /** Sleeps until the next call can be made. */
  function rest(): void {
    cancelTimer();
    if (isClosed) return;
    if (isIdle()) {
      for (const resolve of idlers.splice(0)) resolve();
      if (items.size === 0 && health.downSince() > 0) {
        health
          .caughtUp()
          .catch((error: unknown) => log('surface failed', { surface: name, error }));
      }
    }
    // Whatever is under way stirs the lane when it ends.
    if (isFull()) return;
    const waits = new Map<string, number>();
    // A storm ends because nothing happens, which wakes nobody.
    let next = storms.raging().length > 0 ? clock.now() + stormLookMs : Number.POSITIVE_INFINITY;
    for (const item of items.values()) next = Math.min(next, dueAt(item, waits));
    if (next === Number.POSITIVE_INFINITY) return;
    const due = Math.max(next, health.closedUntil());
    cancelTimer = clock.after(Math.max(0, due - clock.now()), stir);
  }

  function isIdle(): boolean {
    if (fresh.size > 0 || flying.size > 0) return false;
    for (const { look } of items.values()) {
      if (look?.kind !== 'lost' || look.to !== undefined) return false;
    }
    return true;
  }

  function reading(): LaneReading {
    const waiting = { root: 0, reply: 0, edit: 0, doubt: 0, storm: storms.kept(), place: 0 };
    for (const { look } of items.values()) waiting[waitsFor(look)] += 1;
    return {
      surface: name,
      waiting,
      downSince: health.downSince(),
      storms: storms.raging().map(({ place }) => place),
      lost: places.all(),
      givenUp: refusals.givenUp() + abandoned,
    };
  }

  return {
    wake,
    reading,
    backlog: () => items.size,
    idle: () =>
      turning === undefined && isIdle()
        ? Promise.resolve()
        : new Promise((resolve) => idlers.push(resolve)),
    async close() {
      isClosed = true;
      cancelTimer();
      settling.close();
      const limit = Promise.withResolvers<void>();
      const cancel = clock.after(closeMs, limit.resolve);
      await Promise.race([Promise.allSettled([turning, ...flying]), limit.promise]);
      cancel();
      items.clear();
      fresh.clear();
      for (const resolve of idlers.splice(0)) resolve();
    },
  };

  function isBefore(one: Item, other: Item): boolean {
    const [first, second] = [orderOf(one), orderOf(other)];
    return first === second ? one.rank < other.rank : first < second;
  }

  function orderOf({ look }: Item): number {
    if (look?.kind !== 'call') return urgency.critical;
    // First the card that names all of them, then what nobody has seen, then what is said below it.
    if (isStormCard(look)) return urgency.critical - 0.5;
    return look.urgency === urgency.critical && look.call === 'root'
      ? urgency.critical - 0.25
      : look.urgency;
  }
}

function isStormCard(look: Look): boolean {
  return look.kind === 'call' && look.about.storm;
}

function waitsFor(look: Item['look']): WaitsFor {
  if (look === undefined) return 'edit';
  if (look.kind === 'lost') return 'place';
  return look.kind === 'doubt' ? 'doubt' : look.call;
}
