import type { PageDelivery } from '../../../core/incident/page-intake.ts';
import type { Pager } from '../../../core/ports/pager.ts';
import { type Problem, problem, problemOf } from '../../../core/problem.ts';
import type { DeedsOptions } from './deeds.ts';

/** What was said of an unknown page may be followed at once by the news that makes it known. */
const soonMs = 3000;
/** After a start: what the pager kept for us while we were away comes by itself, and first. */
const firstMs = 20_000;

/** Asks each pager how its pages stand: news that got lost, or came while nobody was there, are found here. */
export function createComparing(options: DeedsOptions) {
  const { engine, clock, log } = options;
  const troubles = new Map<string, Problem>();
  const timers = new Map<string, { readonly due: number; readonly stop: () => void }>();
  const asking = new Map<string, { again: boolean; readonly done: Promise<void> }>();
  let closed = false;
  let questions = 0;

  /** In so many ms at the latest: an earlier question stays as it is planned. */
  function plan(pager: Pager, ms: number): void {
    const due = clock.now() + ms;
    const planned = timers.get(pager.name);
    if (closed || (planned && planned.due <= due)) return;
    planned?.stop();
    timers.set(pager.name, { due, stop: clock.after(ms, () => begin(pager)) });
  }

  function begin(pager: Pager): void {
    timers.delete(pager.name);
    const entry = { again: false, done: Promise.resolve() };
    asking.set(pager.name, entry);
    entry.done = ask(pager)
      .catch((error: unknown) => {
        const unknown = problem('PAGER_NOT_COMPARED', { pager: pager.name });
        const because = problemOf(error, unknown);
        troubles.set(pager.name, because);
        log('pager cannot be asked', { pager: pager.name, code: because.code });
      })
      .then(() => {
        asking.delete(pager.name);
        plan(pager, entry.again ? soonMs : options.compareEveryMs);
      });
  }

  async function ask(pager: Pager): Promise<void> {
    const open = await pager.open();
    troubles.delete(pager.name);
    const seen = new Set(open.map(({ news }) => news.page));
    for (const delivery of open) await tell(delivery);
    // What is open here and not there is over, or was moved out of sight: asked one by one.
    for (const page of openHere(pager.name)) {
      if (closed) return;
      if (seen.has(page)) continue;
      const found = await pager.find(page);
      if (found) await tell(found);
    }
  }

  function openHere(pager: string): readonly string[] {
    const pages = new Set<string>();
    for (const { state } of engine.readings.incidents.values()) {
      if (state.status === 'none') continue;
      for (const each of state.pages) {
        if (each.pager === pager && each.status !== 'resolved') pages.add(each.page);
      }
    }
    return [...pages];
  }

  async function tell(delivery: PageDelivery): Promise<void> {
    questions += 1;
    const { pager, news } = delivery;
    await options.told(delivery, `pages/${pager}/${news.page}/${clock.now()}/${questions}`);
  }

  return {
    start() {
      for (const pager of options.pagers) plan(pager, Math.min(firstMs, options.compareEveryMs));
    },
    wake(name: string) {
      const pager = options.pagers.find((each) => each.name === name);
      const question = asking.get(name);
      if (question) question.again = true;
      else if (pager) plan(pager, soonMs);
    },
    trouble: (pager: string) => troubles.get(pager),
    async idle() {
      await Promise.all([...asking.values()].map(({ done }) => done));
    },
    async close() {
      closed = true;
      for (const { stop } of timers.values()) stop();
      await Promise.all([...asking.values()].map(({ done }) => done));
    },
  };
}
