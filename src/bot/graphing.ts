import type { Panels } from '../core/ports/panels.ts';
import type { Settings } from '../core/settings.ts';
import type { Desk } from '../handlers/desk.ts';
import type { ConnectedTarget, LiveJournal, Log } from './bot-parts.ts';
import type { Clock } from './clock.ts';
import type { Engine } from './engine.ts';
import { createGrapher, type GraphCounts } from './grapher.ts';
import type { Painter } from './graphs/index.ts';
import { createGraphsLoop, type GraphsLoop } from './loops/graphs.ts';
import type { Threads } from './threads.ts';

/** Who draws, and what is counted of it. */
export interface Graphing {
  readonly painter: Pick<Painter, 'paint' | 'close'>;
  readonly counts?: GraphCounts;
}

export interface GraphingParts {
  readonly graphing?: Graphing;
  readonly targets: readonly Pick<ConnectedTarget, 'name' | 'telemetry'>[];
  /** Sources that have pictures of their own panels. */
  readonly panels?: readonly Panels[];
  readonly clock: Clock;
  readonly settings: () => Settings;
  readonly journal: Pick<LiveJournal, 'blobs'>;
  readonly log: Log;
}

/** Graphs for whoever asks, and one for each new incident. Where nobody draws, nothing happens. */
export function createGraphing(
  { graphing, targets, panels, clock, settings, journal, log }: GraphingParts,
  bot: {
    readonly engine: Engine;
    readonly threads: Pick<Threads, 'operationsOf'>;
  },
): { readonly graph: NonNullable<Desk['graph']> | undefined; readonly loop: GraphsLoop } {
  const { engine, threads } = bot;
  const grapher = createGrapher({
    settings,
    clock,
    telemetry: (integration, target) =>
      graphing && targets.find(({ name }) => name === `${integration}/${target}`)?.telemetry,
    panels: graphing && panels,
    paint: (graph) => graphing?.painter.paint(graph) ?? Promise.reject(new Error('nobody draws')),
    blobs: journal.blobs,
    counts: graphing?.counts,
  });
  const operationsOf = (incident: string) => threads.operationsOf(incident);
  const loop = createGraphsLoop({ engine, clock, grapher, operationsOf, log });
  const graph: NonNullable<Desk['graph']> = async (incident, spanMs) =>
    grapher.draw({
      incident,
      operations: await operationsOf(incident.opened.incident),
      ...(spanMs !== undefined && { spanMs }),
    });
  async function close(): Promise<void> {
    await loop.close();
    await graphing?.painter.close();
  }
  return { graph: graphing && graph, loop: { ...loop, close } };
}
