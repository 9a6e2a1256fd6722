import { type ChangeEvent, changeStream } from '../../core/change.ts';
import type { PageWay } from '../../core/incident/event.ts';
import { isPrivate } from '../../core/incident/privacy.ts';
import { type OperationState, terminal } from '../../core/operation/operation.ts';
import type { Change, Changes } from '../../core/ports/changes.ts';
import type { Journal } from '../../core/ports/journal.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import { createStreamRecord } from '../stream-record.ts';

export interface ChangesLoopOptions {
  readonly engine: Pick<Engine, 'readings' | 'incident'>;
  readonly journal: Pick<Journal, 'append' | 'read'>;
  readonly clock: Clock;
  readonly changes: readonly Changes[];
  /** Where changes of a service are told; undefined for nowhere. */
  readonly wayOf: (service: string) => PageWay | undefined;
  readonly publicUrl: string;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface ChangesLoop {
  start(): void;
  /** Something of the operation changed. */
  wake(operation: string): void;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** What ended longer ago than this before a start is no news any more. */
const newsMs = 3_600_000;
const retryMs = 15_000;
const triesMax = 20;

/** Tells pagers what was changed, once at most: a change that nobody is told of is better than one that never was. */
export function createChangesLoop(options: ChangesLoopOptions): ChangesLoop {
  const { engine, journal, clock, log } = options;
  const record = createStreamRecord(journal);
  const telling = new Map<string, Promise<void>>();
  const pauses = new Set<() => void>();
  let closed = false;

  function wake(id: string): void {
    const state = engine.readings.operations.get(id)?.state;
    if (closed || !state || telling.has(id)) return;
    const way = wayOf(state);
    const port = way && options.changes.find(({ name }) => name === way.pager);
    if (!way || !port) return;
    const done = tell(state, way, port)
      .catch((error: unknown) => log('a change was not told', { operation: id, error }))
      .then(() => {
        telling.delete(id);
      });
    telling.set(id, done);
  }

  /** Only what really began, and is over. */
  function wayOf({ status, startedAt, endedAt = 0, asked }: OperationState): PageWay | undefined {
    const isNews =
      startedAt !== undefined && terminal.has(status) && clock.now() - endedAt < newsMs;
    return isNews && asked ? options.wayOf(asked.service) : undefined;
  }

  async function tell(
    state: OperationState,
    { pager, via }: PageWay,
    port: Changes,
  ): Promise<void> {
    const known = await journal.read(changeStream(state.id));
    if (known.length > 0 || (await isHidden(state))) return;
    await keep(state.id, { type: 'ChangeBegun', v: 1, pager, via });
    const change = changeOf(state, options.publicUrl);
    for (let tries = 1; ; tries += 1) {
      const sent = await port.change(via, change);
      if (sent.ok) return keep(state.id, { type: 'ChangeTold', v: 1 });
      // Only what surely did not arrive is sent again.
      if (sent.why !== 'wait' || tries >= triesMax || closed) {
        return keep(state.id, { type: 'ChangeNotTold', v: 1, problem: sent.problem });
      }
      await pause(sent.afterMs ?? retryMs);
    }
  }

  /** What is done in a private incident is told to nobody outside it. */
  async function isHidden({ asked }: OperationState): Promise<boolean> {
    const incident = asked?.incident ? await engine.incident(asked.incident) : undefined;
    return incident !== undefined && incident.status !== 'none' && isPrivate(incident);
  }

  function keep(id: string, event: ChangeEvent): Promise<void> {
    const cause = `${changeStream(id)}/${event.type}`;
    return record(changeStream(id), event, { cause, by: 'tocsin' });
  }

  function pause(ms: number): Promise<void> {
    if (closed) return Promise.resolve();
    return new Promise((resolve) => {
      const over = () => {
        stop();
        pauses.delete(over);
        resolve();
      };
      const stop = clock.after(ms, over);
      pauses.add(over);
    });
  }

  return {
    start() {
      for (const id of engine.readings.operations.keys()) wake(id);
    },
    wake,
    idle: async () => {
      await Promise.all(telling.values());
    },
    async close() {
      closed = true;
      for (const over of [...pauses]) over();
      await Promise.all(telling.values());
    },
  };
}

function changeOf({ id, asked, status, endedAt = 0 }: OperationState, publicUrl: string): Change {
  const { line = '', service = '', environment = '', requester, incident = '' } = asked ?? {};
  const base = publicUrl.replace(/\/$/, '');
  const about = [service, environment].filter((part) => part !== '').join(' · ');
  return {
    summary: `${about}: ${line} ${status}`,
    at: endedAt,
    details: { operation: id, requester: requester?.person ?? '', status, incident },
    url: base === '' || incident === '' ? '' : `${base}/incidents/${encodeURIComponent(incident)}`,
  };
}
