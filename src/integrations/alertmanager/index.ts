import type { AlertSource, SourceAlert } from '../../core/ports/alert-source.ts';
import type { Silences } from '../../core/ports/silences.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import { type AlertmanagerApi, type Client, type Clock, createClient } from './client.ts';
import { parseAlerts, parseUpSince } from './schema.ts';
import { createSilences } from './silences.ts';

export type { AlertmanagerApi } from './client.ts';
export { problems } from './problems.ts';

export interface Integration {
  readonly source: AlertSource;
  /** Held by the loop of silences alone. */
  readonly silences: Silences;
  /** What `tocsin doctor` says of it; changes nothing. */
  doctor(): Promise<readonly Finding[]>;
  close(): void;
}

/** One thing that was looked at: well, or the problem with it. */
export interface Finding {
  readonly check: string;
  readonly facts: Facts;
  readonly problem?: Problem;
}

/** One Alertmanager, asked what fires. Nothing is loaded or connected before the first question. */
export function connect(api: AlertmanagerApi, { clock }: { readonly clock: Clock }): Integration {
  const client = createClient(api, clock);
  const current = async () => (await ask(client, api)).alerts;
  return {
    source: {
      name: api.source,
      current,
      // The difference of the clocks is taken out: how long it has been up is what counts.
      async upSince() {
        const { body, at } = await client.get(STATUS);
        const since = parseUpSince(body);
        return since === undefined || at === undefined ? since : since + clock.now() - at;
      },
    },
    silences: createSilences(api, client, current),
    doctor: () => examine(client, api, clock),
    close: () => client.close(),
  };
}

/** Muted ones too: an alert that is silenced still fires. */
const EVERY_ALERT = '/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true';
const STATUS = '/api/v2/status';
const SKEW_MAX_MS = 30_000;

interface Told {
  readonly alerts: readonly SourceAlert[];
  readonly at: number | undefined;
}

async function ask(client: Client, api: AlertmanagerApi): Promise<Told> {
  const { body, at } = await client.get(EVERY_ALERT);
  const alerts = parseAlerts(body);
  if (typeof alerts !== 'string') return { alerts, at };
  const facts = { source: api.source, url: originOf(api), why: alerts };
  throw new ProblemError(problem('ALERTMANAGER_UNREADABLE', facts));
}

async function examine(
  client: Client,
  api: AlertmanagerApi,
  clock: Clock,
): Promise<readonly Finding[]> {
  try {
    const { alerts, at } = await ask(client, api);
    const reached: Finding = { check: 'api', facts: { alerts: alerts.length } };
    const skewMs = at === undefined ? 0 : Math.abs(clock.now() - at);
    if (skewMs <= SKEW_MAX_MS) return [reached, { check: 'clock', facts: {} }];
    const facts = { source: api.source, url: originOf(api), seconds: Math.round(skewMs / 1000) };
    return [reached, { check: 'clock', facts, problem: problem('ALERTMANAGER_CLOCK_SKEW', facts) }];
  } catch (error) {
    if (error instanceof ProblemError) return [{ check: 'api', facts: {}, problem: error.problem }];
    throw error;
  }
}

function originOf({ url }: AlertmanagerApi): string {
  return new URL(url).origin;
}
