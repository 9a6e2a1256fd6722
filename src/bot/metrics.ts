import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DispatchCounts } from '../handlers/dispatch.ts';
import { backupMetrics } from './backup-metrics.ts';
import type { BackupReading } from './backups/meter.ts';
import type { ChatMetrics } from './chat.ts';
import type { EnrichmentCounts } from './enricher.ts';
import type { GraphCounts } from './grapher.ts';
import type { HttpRoute } from './http-route.ts';
import type { IntakeMetrics } from './intake.ts';
import type { HeartbeatCounts } from './loops/heartbeat.ts';
import type { LaneReading } from './loops/threads/index.ts';
import type { WatchCounts } from './loops/watches/index.ts';
import type { ApprovalCounts } from './people-loops.ts';
import type { SecurityCounts } from './security/index.ts';
import { watchMetrics } from './watch-metrics.ts';

/** What is read at scrape time, so that no loop has to keep a gauge in step. */
export interface MetricsReadings {
  readonly openIncidents: () => number;
  readonly liveOperations: () => Readonly<Record<string, number>>;
  readonly threadsWaiting: () => number;
  readonly pagesWaiting: () => number;
  /** Outside systems with a breaker, and whether each is left alone at the moment. */
  readonly resting: () => readonly { readonly system: string; readonly rests: boolean }[];
  readonly asksWorking: () => number;
  readonly graphsWaiting: () => number;
  readonly enrichmentsWaiting: () => number;
  readonly lanes: () => readonly LaneReading[];
  /** Chat surfaces, and whether both ways to each are open. */
  readonly connections: () => readonly { readonly surface: string; readonly isWell: boolean }[];
  readonly backups: () => readonly BackupReading[];
  readonly journal: () => {
    readonly waiting: number;
    readonly appends: number;
    readonly commits: number;
    readonly events: number;
    readonly bytes: number;
  };
}

export interface Metrics {
  readonly intake: IntakeMetrics;
  readonly consoleClients: (count: number) => void;
  readonly consoleDropped: () => void;
  readonly security: SecurityCounts;
  readonly chat: Omit<ChatMetrics, 'refused'>;
  readonly dispatch: DispatchCounts;
  readonly heartbeat: HeartbeatCounts;
  readonly graphs: GraphCounts;
  readonly enrichment: EnrichmentCounts;
  readonly approvals: ApprovalCounts;
  readonly watches: WatchCounts;
  readonly routes: readonly HttpRoute[];
}

/** `/metrics` of this process. Labels are names from the configuration and codes: never text from outside. */
export function createMetrics(readings: MetricsReadings, version: string): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  new Gauge({
    name: 'tocsin_build_info',
    help: 'The version that runs.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const webhooks = new Counter({
    name: 'tocsin_webhooks_total',
    help: 'Webhooks, by what became of them.',
    labelNames: ['source', 'outcome'],
    registers,
  });
  const alerts = new Counter({
    name: 'tocsin_alerts_received_total',
    help: 'Alerts read from webhooks, duplicates included.',
    labelNames: ['source'],
    registers,
  });
  const refused = new Counter({
    name: 'tocsin_requests_refused_total',
    help: 'Requests refused before a decision, by code.',
    labelNames: ['surface', 'code'],
    registers,
  });
  const denied = new Counter({
    name: 'tocsin_denials_total',
    help: 'Refusals of people of the configuration for what they may not do, by code.',
    labelNames: ['code'],
    registers,
  });
  const notices = new Counter({
    name: 'tocsin_security_notices_total',
    help: 'Notices of what concerns the security of Tocsin itself, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const commands = new Counter({
    name: 'tocsin_commands_total',
    help: 'Lines understood, by verb.',
    labelNames: ['verb'],
    registers,
  });
  const pings = new Counter({
    name: 'tocsin_heartbeat_pings_total',
    help: 'Times an outside checker was to be told that we live, by what became of it.',
    labelNames: ['outcome'],
    registers,
  });
  const acknowledged = new Histogram({
    name: 'tocsin_chat_acknowledge_seconds',
    help: 'From the arrival of something said or pressed to its acknowledgement: it is on disk by then.',
    labelNames: ['surface'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
    registers,
  });
  const calls = new Counter({
    name: 'tocsin_chat_calls_total',
    help: 'Calls to a chat platform, by what became of them.',
    labelNames: ['surface', 'method', 'outcome'],
    registers,
  });
  const clients = new Gauge({
    name: 'tocsin_console_clients',
    help: 'Open event streams of the console.',
    registers,
  });
  const dropped = new Counter({
    name: 'tocsin_console_clients_dropped_total',
    help: 'Console clients cut because they could not keep up.',
    registers,
  });
  const approvalWaits = new Histogram({
    name: 'tocsin_approval_seconds',
    help: 'From a plan that waits to an approval: the first person, a further one, and all that were needed.',
    labelNames: ['people'],
    buckets: [15, 30, 60, 120, 300, 600, 900, 1800, 3600],
    registers,
  });
  const decided = new Histogram({
    name: 'tocsin_answer_seconds',
    help: 'From a line or press to its answer.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const graphs = graphMetrics(registers);
  gauge('tocsin_incidents_open', 'Open incidents.', readings.openIncidents);
  gauge(
    'tocsin_graphs_waiting',
    'New incidents whose graph is not drawn yet.',
    readings.graphsWaiting,
  );
  gauge(
    'tocsin_enrichments_waiting',
    'New incidents that nobody has looked into yet.',
    readings.enrichmentsWaiting,
  );
  gauge(
    'tocsin_threads_waiting',
    'Threads whose rendering waits for its turn.',
    readings.threadsWaiting,
  );
  gauge(
    'tocsin_pages_waiting',
    'What waits to be done where people are paged.',
    readings.pagesWaiting,
  );
  restingGauge(readings.resting, registers);
  gauge(
    'tocsin_chat_asks_working',
    'Lines and presses from chat whose answer is being worked out.',
    readings.asksWorking,
  );
  gauge(
    'tocsin_journal_appends_waiting',
    'Appends that wait for the disk.',
    () => readings.journal().waiting,
  );
  gauge('tocsin_journal_bytes', 'Size of the journal file.', () => readings.journal().bytes);
  gauge(
    'tocsin_journal_events',
    'Events appended by this process.',
    () => readings.journal().events,
  );
  gauge(
    'tocsin_journal_commits',
    'Commits by this process; appends that meet share one.',
    () => readings.journal().commits,
  );
  laneGauges(readings.lanes, registers);
  backupMetrics(readings.backups, registers);
  const connected = new Gauge({
    name: 'tocsin_chat_connected',
    help: '1 while the surface hears and speaks: the state that /ready calls ok.',
    labelNames: ['surface'],
    registers,
    collect() {
      connected.reset();
      for (const { surface, isWell } of readings.connections()) {
        connected.set({ surface }, isWell ? 1 : 0);
      }
    },
  });
  const operations = new Gauge({
    name: 'tocsin_operations',
    help: 'Operations at hand, by status.',
    labelNames: ['status'],
    registers,
    collect() {
      operations.reset();
      for (const [status, count] of Object.entries(readings.liveOperations()))
        operations.set({ status }, count);
    },
  });

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  const webhookCount = remembered<{ readonly source: string; readonly outcome: string }>(webhooks);
  const alertCount = remembered<{ readonly source: string }>(alerts);

  return {
    intake: {
      webhook: (source, outcome) => webhookCount(`${source} ${outcome}`, { source, outcome }).inc(),
      alerts: (source, count) => alertCount(source, { source }).inc(count),
    },
    consoleClients: (count) => clients.set(count),
    consoleDropped: () => dropped.inc(),
    security: {
      refused: (surface, code) => refused.inc({ surface, code }),
      denied: (code) => denied.inc({ code }),
      noticed: (kind) => notices.inc({ kind }),
    },
    chat: {
      acknowledged: (surface, ms) => acknowledged.observe({ surface }, ms / 1000),
      called: (surface, method, outcome) => calls.inc({ surface, method, outcome }),
    },
    graphs,
    enrichment: enrichmentMetrics(registers),
    watches: watchMetrics(registers),
    approvals: {
      approved: (people, ms) => approvalWaits.observe({ people }, ms / 1000),
    },
    dispatch: {
      understood: (verb) => commands.inc({ verb }),
      answered: (ms) => decided.observe(ms / 1000),
    },
    heartbeat: { pinged: (outcome) => pings.inc({ outcome }) },
    routes: [
      {
        method: 'GET',
        path: '/metrics',
        handle: async (_request, response) => {
          const text = await register.metrics();
          response.writeHead(200, {
            'content-type': register.contentType,
            'content-length': Buffer.byteLength(text),
          });
          response.end(text);
        },
      },
    ],
  };
}

/** What became of graphs, and how long a picture took. */
function enrichmentMetrics(registers: Registry[]): EnrichmentCounts {
  const parts = new Counter({
    name: 'tocsin_enrichment_parts_total',
    help: 'Parts of what is known beside new incidents, by what became of them.',
    labelNames: ['part', 'outcome'],
    registers,
  });
  return { found: (part, outcome) => parts.inc({ part, outcome }) };
}

function graphMetrics(registers: Registry[]): GraphCounts {
  const ended = new Counter({
    name: 'tocsin_graphs_total',
    help: 'Graphs asked for, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const painted = new Histogram({
    name: 'tocsin_graph_paint_seconds',
    help: 'From what was measured to both pictures of it.',
    buckets: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10, 20],
    registers,
  });
  return {
    ended: (outcome) => ended.inc({ outcome }),
    painted: (ms) => painted.observe(ms / 1000),
  };
}

/** What the threads of each chat surface wait for, and what cannot be reached there. */
function laneGauges(lanes: () => readonly LaneReading[], registers: Registry[]): void {
  const waiting = new Gauge({
    name: 'tocsin_chat_threads_waiting',
    help: 'Threads that a chat surface does not show as they are, by what they wait for: a root, a reply, an edit, an answer in doubt, the end of a storm, a lost place.',
    labelNames: ['surface', 'for'],
    registers,
    collect() {
      waiting.reset();
      for (const { surface, waiting: counts } of lanes()) {
        for (const [what, count] of Object.entries(counts)) {
          waiting.set({ surface, for: what }, count);
        }
      }
    },
  });
  const told: readonly (readonly [string, string, (lane: LaneReading) => number])[] = [
    ['storms', 'Places where one card stands in for many threads.', ({ storms }) => storms.length],
    ['places_lost', 'Places that take nothing from us.', ({ lost }) => lost.length],
    ['down', '1 while the surface takes nothing.', ({ downSince }) => (downSince > 0 ? 1 : 0)],
    ['posts_given_up', 'Posts given up since the start.', ({ givenUp }) => givenUp],
  ];
  for (const [name, help, read] of told) {
    const gauge = new Gauge({
      name: `tocsin_chat_${name}`,
      help,
      labelNames: ['surface'],
      registers,
      collect() {
        gauge.reset();
        for (const lane of lanes()) gauge.set({ surface: lane.surface }, read(lane));
      },
    });
  }
}

function restingGauge(resting: MetricsReadings['resting'], registers: Registry[]): void {
  const open = new Gauge({
    name: 'tocsin_breaker_open',
    help: '1 while an outside system that did not answer is left alone.',
    labelNames: ['system'],
    registers,
    collect() {
      open.reset();
      for (const { system, rests } of resting()) open.set({ system }, rests ? 1 : 0);
    },
  });
}

/** A counter's own child for each set of labels: looking it up by the labels costs more than counting. */
function remembered<L extends Readonly<Record<string, string>>>(
  counter: Counter<string>,
): (key: string, labels: L) => Counter.Internal {
  const children = new Map<string, Counter.Internal>();
  return (key, labels) => {
    const known = children.get(key);
    if (known) return known;
    const child = counter.labels(labels);
    children.set(key, child);
    return child;
  };
}
