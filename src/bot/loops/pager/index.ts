import type { Incident } from '../../../core/incident/incident.ts';
import type { ReceivePage } from '../../../core/incident/intent.ts';
import { pendingDeeds } from '../../../core/incident/page-deeds.ts';
import type { PageDelivery } from '../../../core/incident/page-intake.ts';
import type { PagedIncident, Pager } from '../../../core/ports/pager.ts';
import type { Problem } from '../../../core/problem.ts';
import type { Clock } from '../../clock.ts';
import type { Engine } from '../../engine.ts';
import { createComparing } from './compare.ts';
import { createDeeds } from './deeds.ts';

export interface PagerLoopOptions {
  readonly engine: Pick<Engine, 'incident' | 'tellIncident' | 'readings'>;
  readonly clock: Clock;
  readonly pagers: readonly Pager[];
  /** What the pager's answer means here. */
  readonly intentOf: (delivery: PageDelivery) => ReceivePage;
  /** What whoever is woken reads of it. */
  readonly toldOf: (incident: Incident) => PagedIncident;
  readonly compareEveryMs: number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface PagerLoop {
  start(): void;
  /** Something of the incident changed. */
  wake(incident: string): void;
  /** Ask this pager soon how its pages stand. */
  compare(pager: string): void;
  /** Why a pager could not be asked last time; undefined for one that answered. */
  trouble(pager: string): Problem | undefined;
  /** Deeds that wait to be done. */
  waiting(): number;
  /** Resolves when nothing is being asked; what waits for its time is not waited for. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Keeps pages as incidents want them, and incidents as pages stand. An event only wakes it; a restart is one more turn.
 */
export function createPagerLoop(options: PagerLoopOptions): PagerLoop {
  const { engine } = options;
  const told = (delivery: PageDelivery, cause: string) => {
    const intent = options.intentOf(delivery);
    return engine.tellIncident(intent.incident, intent, { cause, by: `source:${delivery.pager}` });
  };
  const deeds = createDeeds({ ...options, told });
  const comparing = createComparing({ ...options, told });
  return {
    start() {
      for (const id of engine.readings.incidents.keys()) deeds.wake(id);
      comparing.start();
    },
    wake: deeds.wake,
    compare: comparing.wake,
    trouble: comparing.trouble,
    waiting() {
      let count = 0;
      for (const { state } of engine.readings.incidents.values()) {
        if (state.status !== 'none') count += pendingDeeds(state).length;
      }
      return count;
    },
    idle: async () => {
      await Promise.all([deeds.idle(), comparing.idle()]);
    },
    close: async () => {
      await Promise.all([deeds.close(), comparing.close()]);
    },
  };
}
