import type { AlertSource } from '../../core/ports/alert-source.ts';
import type { Silences } from '../../core/ports/silences.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { type AlertmanagerApi, type Clock, createClient } from './client.ts';
import { parseAlerts } from './schema.ts';
import { createSilences } from './silences.ts';

export type { AlertmanagerApi } from './client.ts';
export { problems } from './problems.ts';

export interface Integration {
  readonly source: AlertSource;
  /** Held by the loop of silences alone. */
  readonly silences: Silences;
  close(): void;
}

/** One Alertmanager, asked what fires. Nothing is loaded or connected before the first question. */
export function connect(api: AlertmanagerApi, { clock }: { readonly clock: Clock }): Integration {
  const client = createClient(api, clock);
  return {
    source: {
      name: api.source,
      async current() {
        const answer = parseAlerts(await client.get(EVERY_ALERT));
        if (typeof answer !== 'string') return answer;
        const facts = { source: api.source, url: new URL(api.url).origin, why: answer };
        throw new ProblemError(problem('ALERTMANAGER_UNREADABLE', facts));
      },
    },
    silences: createSilences(api, client),
    close: () => client.close(),
  };
}

/** Muted ones too: an alert that is silenced still fires. */
const EVERY_ALERT = '/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true';
