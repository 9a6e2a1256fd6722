import type { Recorded } from '../core/event.ts';
import type { Incident } from '../core/incident/incident.ts';
import { severity } from '../core/incident/incident.ts';
import { type PageDelivery, pageIntent } from '../core/incident/page-intake.ts';
import type { PagedIncident } from '../core/ports/pager.ts';
import type { Problem } from '../core/problem.ts';
import { gather, symptomOf } from '../core/view/alert-lines.ts';
import type { Desk } from '../handlers/desk.ts';
import type { BotParts } from './bot-parts.ts';
import type { Engine } from './engine.ts';
import { createBackupsLoop } from './loops/backups.ts';
import { createChangesLoop } from './loops/changes.ts';
import type { EnrichmentLoop } from './loops/enrichment.ts';
import type { GraphsLoop } from './loops/graphs.ts';
import { createHeldSilencesLoop } from './loops/held-silences.ts';
import { createPagerLoop } from './loops/pager/index.ts';
import { createSilencesLoop } from './loops/silences.ts';
import { createSourcesLoop } from './loops/sources.ts';

/** What asks those who send us something, and does there what was asked for here. */
export interface OutsideLoops {
  start(): void;
  /** Something of an incident or an operation changed. */
  wake(changed: { readonly kind: string; readonly id: string }, recorded: Recorded): void;
  /** Ask a source or a pager soon. */
  ask(name: string): void;
  trouble(name: string): Problem | undefined;
  pagesWaiting(): number;
  close(): Promise<void>;
}

export function createOutsideLoops(
  parts: BotParts,
  engine: Engine,
  beside: {
    readonly graphs: GraphsLoop;
    readonly enrichment: EnrichmentLoop | undefined;
    readonly desk: Desk;
  },
): OutsideLoops {
  const { clock, log, sources, silences = [], times } = parts;
  const everyMs = times.compareEveryMs;
  const sourcesLoop = createSourcesLoop({ engine, clock, sources, everyMs, log });
  const changed = sourcesLoop.wake;
  const warnMs = times.silenceWarningMs ?? silenceWarningMs;
  const silencesLoop = createSilencesLoop({ engine, clock, silences, warnMs, changed, log });
  const heldEveryMs = Math.min(everyMs, heldMs);
  const heldLoop = createHeldSilencesLoop({ engine, clock, silences, everyMs: heldEveryMs, log });
  const pagerLoop = createPagerLoop({
    engine,
    clock,
    pagers: parts.pagers ?? [],
    intentOf: (delivery) => pageIntentOf(delivery, { ...parts, engine, now: clock.now }),
    toldOf: (incident) => pagedIncident(incident, parts.publicUrl),
    compareEveryMs: everyMs,
    log,
  });
  const changesLoop = createChangesLoop({
    ...parts,
    engine,
    changes: parts.changes ?? [],
    wayOf: (service) =>
      parts.settings().catalog.services.find(({ name }) => name === service)?.changes,
  });
  const enrichment = beside.enrichment ? [beside.enrichment] : [];
  const { backups } = parts;
  const scheduled = backups
    ? [createBackupsLoop({ ...parts, engine, desk: beside.desk, ledger: backups.ledger })]
    : [];
  const all = [
    sourcesLoop,
    silencesLoop,
    heldLoop,
    pagerLoop,
    beside.graphs,
    changesLoop,
    ...enrichment,
    ...scheduled,
  ];
  return {
    start() {
      for (const each of all) each.start();
    },
    wake({ kind, id }, recorded) {
      if (kind === 'operation') {
        changesLoop.wake(id);
        silencesLoop.adopt(id);
      }
      if (kind !== 'incident') return;
      silencesLoop.wake(id);
      if (recorded.event.type === 'SilencesSeen') heldLoop.wake(sourceOf(engine, id));
      pagerLoop.wake(id);
      beside.graphs.wake(id);
      beside.enrichment?.wake(id);
    },
    ask(name) {
      sourcesLoop.wake(name);
      pagerLoop.compare(name);
    },
    trouble: (name) => sourcesLoop.trouble(name) ?? pagerLoop.trouble(name),
    pagesWaiting: pagerLoop.waiting,
    async close() {
      await Promise.all(all.map((each) => each.close()));
    },
  };
}

/** How often a source is asked which silences stand, while any does. */
const heldMs = 60_000;
/** How long before the end of a silence people are told, where the configuration does not say. */
const silenceWarningMs = 15 * 60_000;

function sourceOf({ readings }: Pick<Engine, 'readings'>, id: string): string {
  const state = readings.incidents.get(id)?.state;
  return state === undefined || state.status === 'none' ? '' : state.opened.source;
}

/** What news of a page means here, whether they came by webhook or were asked for. */
export function pageIntentOf(
  delivery: PageDelivery,
  {
    engine,
    settings,
    now,
    sha256,
  }: Pick<BotParts, 'settings' | 'sha256'> & {
    readonly engine: Pick<Engine, 'readings'>;
    readonly now: () => number;
  },
) {
  const index = engine.readings.correlation;
  return pageIntent(delivery, { settings: settings(), now: now(), sha256, index });
}

/** What whoever is woken reads of it. */
function pagedIncident(incident: Incident, publicUrl: string): PagedIncident {
  const { opened, openedAt } = incident;
  const { incident: id, service, environment, source, groupLabels } = opened;
  const base = publicUrl.replace(/\/$/, '');
  return {
    id,
    title: symptomOf(incident, gather(incident)),
    severity: severity(incident),
    service,
    environment,
    source,
    since: openedAt,
    url: base === '' ? '' : `${base}/incidents/${encodeURIComponent(id)}`,
    labels: groupLabels,
  };
}
