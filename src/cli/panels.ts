import { systemClock } from '../bot/clock.ts';
import { createOutbound } from '../bot/outbound-guard.ts';
import type { Config } from '../config.ts';
import type { Panels } from '../core/ports/panels.ts';
import type { ProblemBook } from '../core/problem.ts';
import type { Resting } from './resting.ts';

export interface ConnectedPanels {
  readonly panels: readonly Panels[];
  readonly books: readonly ProblemBook[];
  resting(): readonly Resting[];
  close(): void;
}

/** Where Grafana answers for the Alertmanager inside it. */
const alertmanagerPath = /\/api\/alertmanager\/grafana$/;

/** The Grafanas that can be asked for a picture: those with an `api`. Nothing is loaded where there is none. */
export async function connectPanels({
  sources,
}: Pick<Config, 'sources'>): Promise<ConnectedPanels> {
  const asked = sources.grafana.flatMap(({ name, api }) => (api ? [{ name, api }] : []));
  if (asked.length === 0) {
    return { panels: [], books: [], resting: () => [], close: () => undefined };
  }
  const { connect, problems } = await import('../integrations/grafana/index.ts');
  const connected = asked.map(({ name, api: { url: inside, ...api } }) => {
    const url = inside.replace(alertmanagerPath, '');
    const outbound = createOutbound({ allowed: [url] });
    return connect({ ...api, url, source: `grafana/${name}` }, { clock: systemClock, outbound });
  });
  return {
    panels: connected.map(({ panels }) => panels),
    books: [problems],
    resting: () =>
      connected.map(({ panels: { source }, breaker }) => ({
        system: `${source} pictures`,
        rests: breaker() !== 'closed',
      })),
    close() {
      for (const each of connected) each.close();
    },
  };
}
