import type { Settings } from '../core/settings.ts';
import type { Desk } from '../handlers/desk.ts';
import type { BotParts, ConnectedTarget, Log } from './bot-parts.ts';
import type { Clock } from './clock.ts';
import type { Engine } from './engine.ts';
import { createEnricher, type EnrichmentCounts } from './enricher.ts';
import { createEnrichmentLoop, type EnrichmentLoop } from './loops/enrichment.ts';

/** Whether new incidents are looked into, and what is counted of it. */
export interface Enriching {
  /** Known once the metrics stand. */
  readonly counts?: () => EnrichmentCounts | undefined;
}

/** Looks into each new incident. Where nobody wants it, nothing happens. */
export function createEnriching(
  {
    enriching,
    targets,
    clock,
    settings,
    onCalls,
    log,
  }: {
    readonly targets: readonly Pick<ConnectedTarget, 'name' | 'workload'>[];
    readonly clock: Clock;
    readonly settings: () => Settings;
    readonly log: Log;
  } & Pick<BotParts, 'enriching' | 'onCalls'>,
  bot: { readonly engine: Engine; readonly desk: Pick<Desk, 'members' | 'onCalls'> },
): EnrichmentLoop | undefined {
  if (!enriching) return undefined;
  const { engine, desk } = bot;
  const enricher = createEnricher({
    engine,
    settings,
    clock,
    workload: (integration, target) =>
      targets.find(({ name }) => name === `${integration}/${target}`)?.workload,
    members: desk.members,
    onCalls: desk.onCalls,
    pagers: onCalls,
    counts: enriching.counts,
  });
  return createEnrichmentLoop({ engine, clock, enricher, log });
}
