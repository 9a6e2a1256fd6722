import type { PageDelivery } from '../../../core/incident/page-intake.ts';
import type { Pager } from '../../../core/ports/pager.ts';
import { type Problem, problem, problemOf } from '../../../core/problem.ts';
import { createRegularQuestions } from '../../regular-questions.ts';
import type { DeedsOptions } from './deeds.ts';

/** What was said of an unknown page may be followed at once by the news that makes it known. */
const soonMs = 3000;
/** After a start: what the pager kept for us while we were away comes by itself, and first. */
const firstMs = 20_000;

/** Asks each pager how its pages stand: news that got lost, or came while nobody was there, are found here. */
export function createComparing(options: DeedsOptions) {
  const { engine, clock, log } = options;
  const troubles = new Map<string, Problem>();
  let closed = false;
  let questions = 0;
  const regular = createRegularQuestions({
    ...{ clock, everyMs: options.compareEveryMs, soonMs },
    async ask(name) {
      const pager = pagerNamed(name);
      if (pager) await ask(pager);
    },
    failed(name, error) {
      const because = problemOf(error, problem('PAGER_NOT_COMPARED', { pager: name }));
      troubles.set(name, because);
      log('pager cannot be asked', { pager: name, code: because.code });
    },
  });

  function pagerNamed(name: string): Pager | undefined {
    return options.pagers.find((each) => each.name === name);
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
      const first = Math.min(firstMs, options.compareEveryMs);
      for (const { name } of options.pagers) regular.plan(name, first);
    },
    wake(name: string) {
      if (pagerNamed(name)) regular.wake(name);
    },
    trouble: (pager: string) => troubles.get(pager),
    idle: regular.idle,
    async close() {
      closed = true;
      await regular.close();
    },
  };
}
