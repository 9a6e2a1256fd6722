import type { Incident } from '../../../core/incident/incident.ts';
import type { RecordPageDeed } from '../../../core/incident/intent.ts';
import { type PageDeedState, pendingDeeds } from '../../../core/incident/page-deeds.ts';
import type { PageDelivery } from '../../../core/incident/page-intake.ts';
import type { PageNotDone, Pager, PageWanted } from '../../../core/ports/pager.ts';
import { problem } from '../../../core/problem.ts';
import { createWokenTurns } from '../../woken-turns.ts';
import type { PagerLoopOptions } from './index.ts';

export interface DeedsOptions extends PagerLoopOptions {
  readonly told: (delivery: PageDelivery, cause: string) => Promise<unknown>;
}

const firstRetryMs = 5000;
const lastRetryMs = 60_000;
/** An hour, about: longer than most troubles of a pager, and shorter than a night in which nobody knows. */
const triesMax = 60;

interface Tries {
  times: number;
  /** Until then a request of before may still land. */
  inDoubtUntil: number;
}

/**
 * Does at the pager what is to be done there, one deed of an incident after the other. That it begins is on disk before
 * anything is sent, so that after a crash it is looked up first; what cannot be looked up is never sent again.
 */
export function createDeeds(options: DeedsOptions) {
  const { engine, clock, log } = options;
  const beganAt = clock.now();
  const tries = new Map<string, Tries>();
  const turns = createWokenTurns({
    ...{ clock, hasWork, turn, retryMs: lastRetryMs },
    failed: (id, error) => log('pages failed', { incident: id, error }),
  });

  /** Cheap: it is asked at every change of every incident. */
  function hasWork(id: string): boolean {
    const state = engine.readings.incidents.get(id)?.state;
    return state === undefined || (state.status !== 'none' && pendingDeeds(state).length > 0);
  }

  /** In order: what waits holds back what comes after it, so that nothing is resolved before it was triggered. */
  async function turn(id: string): Promise<void> {
    for (;;) {
      const state = await engine.incident(id);
      if (turns.isClosed() || state === undefined || state.status === 'none') return;
      const [next] = pendingDeeds(state);
      if (!next) return;
      const waitMs = await act(id, state, next);
      if (waitMs > 0) return turns.later(id, waitMs);
    }
  }

  /** Answers after how many ms it wants another turn; 0 when it is settled. */
  async function act(id: string, state: Incident, deed: PageDeedState): Promise<number> {
    const pager = options.pagers.find(({ name }) => name === deed.pager);
    if (!pager) {
      return settle(id, deed, failed(problem('PAGER_NOT_CONFIGURED', { pager: deed.pager })));
    }
    const tried = triesOf(id, deed, pager);
    const doubtMs = tried.inDoubtUntil - clock.now();
    if (doubtMs > 0) return doubtMs;
    const wanted = wantedOf(id, state, deed);
    const probed = await pager.probe(wanted);
    if (!probed.ok) return again(id, deed, { pager, why: probed });
    if (probed.is === 'unknowable') {
      const facts = { pager: pager.name, what: deed.does.kind };
      return settle(id, deed, failed(problem('PAGE_OUTCOME_UNKNOWN', facts)));
    }
    if (probed.is === 'done') {
      const already = deed.status === 'asked';
      return finish(id, deed, { already, ...(probed.stands && { stands: probed.stands }) });
    }
    await tell(id, deed, { kind: 'begun' });
    const done = await pager.perform(wanted);
    if (!done.ok) return again(id, deed, { pager, why: done });
    return finish(id, deed, { already: false, ...(done.stands && { stands: done.stands }) });
  }

  async function again(
    id: string,
    deed: PageDeedState,
    { pager, why }: { readonly pager: Pager; readonly why: Omit<PageNotDone, 'ok'> },
  ): Promise<number> {
    if (why.why === 'refused') return settle(id, deed, failed(why.problem));
    const tried = triesOf(id, deed, pager);
    tried.times += 1;
    if (why.why === 'unknown') tried.inDoubtUntil = clock.now() + pager.landsWithinMs;
    if (tried.times >= triesMax) return settle(id, deed, failed(why.problem));
    log('page waits', { incident: id, deed: deed.does.kind, code: why.problem.code });
    const delay = Math.min(firstRetryMs * 2 ** (tried.times - 1), lastRetryMs);
    return Math.max(why.afterMs ?? delay, tried.inDoubtUntil - clock.now());
  }

  /** What was begun before this process began may have been sent by the one before it, and may still land. */
  function triesOf(id: string, { deed, status, begunAt }: PageDeedState, pager: Pager): Tries {
    const name = `${id}/${deed}`;
    const known = tries.get(name);
    if (known) return known;
    const isOfBefore = status === 'begun' && begunAt <= beganAt;
    const fresh = { times: 0, inDoubtUntil: isOfBefore ? beganAt + pager.landsWithinMs : 0 };
    tries.set(name, fresh);
    return fresh;
  }

  function wantedOf(id: string, state: Incident, deed: PageDeedState): PageWanted {
    const { page, via, does, person } = deed;
    return {
      deed: `${id}/${deed.deed}`,
      // A page is known there by the incident that it was sent for.
      incident: { ...options.toldOf(state), ...(deed.incident && { id: deed.incident }) },
      page,
      via,
      does,
      person,
      begun: deed.status === 'begun',
    };
  }

  async function finish(
    id: string,
    deed: PageDeedState,
    done: { readonly already: boolean; readonly stands?: PageDelivery },
  ): Promise<number> {
    // How the page stands comes first: the incident must not take our own doing for news.
    const { already, stands } = done;
    if (stands) await options.told(stands, `pages/${id}/${deed.deed}/stands/${clock.now()}`);
    return settle(id, deed, { kind: 'done', already });
  }

  async function settle(
    id: string,
    deed: PageDeedState,
    became: RecordPageDeed['became'],
  ): Promise<number> {
    await tell(id, deed, became);
    tries.delete(`${id}/${deed.deed}`);
    return 0;
  }

  async function tell(
    id: string,
    { deed }: PageDeedState,
    became: RecordPageDeed['became'],
  ): Promise<void> {
    const at = clock.now();
    const cause = `pages/${id}/${deed}/${became.kind}/${at}`;
    await engine.tellIncident(
      id,
      { type: 'RecordPageDeed', at, deed, became },
      { cause, by: 'tocsin' },
    );
  }

  return {
    wake: turns.wake,
    async idle() {
      while (turns.size() > 0) await turns.over();
    },
    close: turns.close,
  };
}

function failed(because: PageNotDone['problem']): RecordPageDeed['became'] {
  return { kind: 'failed', problem: because };
}
