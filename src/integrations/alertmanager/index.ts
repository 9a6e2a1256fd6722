import { isOwnAlert } from '../../core/alert/own.ts';
import type { AlertSink } from '../../core/ports/alert-sink.ts';
import type { AlertSource, SourceAlert } from '../../core/ports/alert-source.ts';
import type { Silences } from '../../core/ports/silences.ts';
import type { Planner, StepDriver } from '../../core/ports/step.ts';
import type { Finding } from '../../core/ports/target.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { type AlertmanagerApi, type Client, type Clock, createClient } from './client.ts';
import { joinSilences, joinSources } from './cluster.ts';
import { createPlanner } from './planner.ts';
import { parseAlerts, parseUpSince } from './schema.ts';
import { createSilences } from './silences.ts';
import { createSink } from './sink.ts';
import { silenceDriver } from './steps/silence.ts';
import { silenceKind, unsilenceKind } from './steps/terms.ts';
import { unsilenceDriver } from './steps/unsilence.ts';

export type { AlertmanagerApi } from './client.ts';
export { problems } from './problems.ts';

export interface Integration {
  readonly source: AlertSource;
  /** Held by the loop of own alerts alone. */
  readonly sink: AlertSink;
  /** Held by the loop of silences alone. */
  readonly silences: Silences;
  /** Of silences that hide too much to be made without an approval. */
  readonly planner: Planner;
  /** The only way to make one of those; for the loop that runs operations. */
  openWriter(): { readonly steps: Readonly<Record<string, StepDriver>>; close(): void };
  /** Each of the cluster, as it answered last; `down` while it is left alone. One that stands alone too. */
  peers(): readonly { readonly host: string; readonly state: 'ok' | 'degraded' | 'down' }[];
  /** What `tocsin doctor` says of it; changes nothing. */
  doctor(): Promise<readonly Finding[]>;
  close(): void;
}

/** One thing that was looked at: well, or the problem with it. */
/** One Alertmanager or the peers of one cluster, asked what fires. Nothing is loaded or connected before the first question. */
export function connect(api: AlertmanagerApi, { clock }: { readonly clock: Clock }): Integration {
  const urls = [api.url, ...(api.peers ?? [])];
  const peers = urls.map((url) => connectPeer({ ...api, url }, clock));
  const source = joinSources(api.source, peers);
  const silences = joinSilences(source, peers);
  const reach = { silences, now: () => clock.now() };
  return {
    source,
    sink: createSink(
      api.source,
      peers.map(({ client }) => client),
    ),
    silences,
    planner: createPlanner(silences),
    openWriter: () => ({
      steps: { [silenceKind]: silenceDriver(reach), [unsilenceKind]: unsilenceDriver(reach) },
      close() {},
    }),
    peers: () => peers.map(({ host, health }) => ({ host, state: health() })),
    async doctor() {
      const found = await Promise.all(peers.map((peer) => peer.doctor()));
      return found.flat();
    },
    close() {
      for (const peer of peers) peer.close();
    },
  };
}

function connectPeer(api: AlertmanagerApi, clock: Clock) {
  const client = createClient(api, clock);
  const { installation } = api;
  const current = async () => {
    const { alerts } = await ask(client, api);
    return installation === undefined
      ? alerts
      : alerts.filter(({ labels }) => !isOwnAlert(labels, installation));
  };
  const source: AlertSource = {
    name: api.source,
    current,
    // The difference of the clocks is taken out: how long it has been up is what counts.
    async upSince() {
      const { body, at } = await client.get(STATUS);
      const since = parseUpSince(body);
      return since === undefined || at === undefined ? since : since + clock.now() - at;
    },
  };
  return {
    client,
    source,
    host: new URL(api.url).host,
    health: client.health,
    silences: createSilences(api, client, async (query) => (await ask(client, api, query)).alerts),
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

async function ask(client: Client, api: AlertmanagerApi, query = ''): Promise<Told> {
  const { body, at } = await client.get(`${EVERY_ALERT}${query}`);
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
    const host = api.peers?.length ? { host: new URL(api.url).host } : {};
    const reached: Finding = { check: 'api', facts: { ...host, alerts: alerts.length } };
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
