import { z } from 'zod';
import { backup } from './backup-schema.ts';
import {
  duration,
  fieldNotes,
  flag,
  integer,
  keys,
  listen,
  name,
  named,
  number,
  oneOf,
  path,
  secret,
  size,
  text,
  url,
  version,
} from './field.ts';
import { journal } from './journal-schema.ts';
import { patroniLogin } from './patroni-schema.ts';
import { directories, group, person } from './people-schema.ts';
import { ask, freeze, fuse, policyTest, quotas, rule } from './policy-schema.ts';
import { correlationRule, defaultRoute, labels, record, route, security } from './route-schema.ts';
import { basic, sources } from './source-schema.ts';
import { store } from './store-schema.ts';
import { watch } from './watch-schema.ts';

/*
 * The shape of each section of the file, as it is written. Every key here has effect; a key of the design that this
 * build cannot honour is `notBuilt` and refused where it is written.
 */

const server = keys({
  listen: listen
    .default({ host: '0.0.0.0', port: 8080 })
    .describe('Where webhooks, /health and /ready are answered.'),
  public_url: url
    .optional()
    .describe(
      'How senders reach this listener: `tocsin check` and the log say where each source sends to.',
    ),
  trusted_proxies: z
    .array(text)
    .default([])
    .describe(
      'Addresses or networks (CIDR) whose X-Forwarded-For is believed: sign-ins are counted by sender.',
    ),
  body_limit: size(16, 64)
    .default(5 * 1024 ** 2)
    .describe('Largest body of a webhook.'),
  shutdown_grace: duration('0s', '10m')
    .default(30_000)
    .describe('How long a step in flight may take to finish when the process is asked to end.'),
});

const apiToken = keys({
  token: secret.describe('The bearer token.'),
  scopes: z
    .array(oneOf(['read', 'commands', 'export']))
    .describe('What it may do. No token can approve.'),
});

const consoleListener = keys({
  listen: listen
    .default({ host: '127.0.0.1', port: 8081 })
    .describe('Where the console and /api/v1/ are answered.'),
  public_url: url
    .optional()
    .describe('How people reach the console: Origin and Host are checked against it.'),
  tokens: named(apiToken).default({}).describe('API tokens by name.'),
});

const metrics = keys({
  listen: listen.default({ host: '127.0.0.1', port: 9090 }).describe('Where /metrics is answered.'),
});

const incident = keys({
  resolved_join: duration('0s', '1d')
    .default(1_800_000)
    .describe('Firing again within this time of being resolved goes on in the same thread.'),
  compare_every: duration('1s', '1d')
    .default(300_000)
    .describe('How often open incidents are compared with what their source says.'),
  ack_reminder: duration('1s', '1d')
    .default(300_000)
    .describe('A critical incident unacknowledged for this long mentions its route again, once.'),
  silence_warning: duration('1m', '1d')
    .default(900_000)
    .describe(
      'How long before its end the thread says that a silence ends, with buttons to prolong and to end it; of a short one after three quarters of it.',
    ),
});

/** How the way to a chat platform may differ: a base URL, a proxy, an authority, patience. */
const chatWay = {
  api: url.optional().describe("Base URL of its API; the vendor's own when absent."),
  proxy: url.optional().describe('HTTP proxy on the way to it, for requests and the websocket.'),
  ca: path
    .optional()
    .describe("PEM file of the authority that signed its certificate; the system's when absent."),
  timeout: duration('1s', '1m').default(10_000).describe('How long one request may take.'),
};

const slack = keys({
  team: text.describe('Id of the workspace.'),
  mode: oneOf(['socket', 'http'])
    .default('socket')
    .describe('`socket`: we connect to Slack. `http`: Slack calls `POST /slack/events` here.'),
  bot_token: secret.describe('Bot token (`xoxb-…`).'),
  app_token: secret.optional().describe('App-level token (`xapp-…`) of mode socket.'),
  signing_secret: secret.optional().describe('Signing secret of mode http.'),
  command: text.default('/ops').describe('The slash command.'),
  ...chatWay,
});

const discord = keys({
  guild: text.describe('Id of the guild.'),
  application: text.describe('Id of the application.'),
  mode: oneOf(['gateway', 'http'])
    .default('gateway')
    .describe(
      '`gateway`: we connect to Discord. `http`: Discord calls `POST /discord/interactions` here.',
    ),
  token: secret.describe('Bot token.'),
  public_key: text.optional().describe('Public key of the application, of mode http.'),
  ...chatWay,
});

const surfaces = keys({
  slack: named(slack).optional().describe('Slack workspaces by name.'),
  discord: named(discord).optional().describe('Discord guilds by name.'),
});

const limits = keys({
  person_per_minute: integer(10, 100_000)
    .default(60)
    .describe(
      'Lines and presses of one person, on all surfaces together; 30 of them at once. Approving, declining and stopping are counted by themselves.',
    ),
  source_per_minute: integer(60, 100_000_000)
    .default(60_000)
    .describe(
      'Webhooks of one source; a sixth of them at once. What is beyond is answered 503, and the sender tries again.',
    ),
});

const heartbeat = keys({
  ping: secret
    .optional()
    .describe(
      'Address of an outside checker that is told that Tocsin lives; nobody is when absent.',
    ),
  every: duration('10s', '1h').default(60_000).describe('How often it is told.'),
  timeout: duration('1s', '1m').default(10_000).describe('How long one request may take.'),
});

// What a role and a target hold is checked by the reader of the system they name.
const role = z.record(z.string(), z.unknown());
fieldNotes.add(role, { kind: '`{ kubernetes: TARGET, … }`' });

const objectives = keys({
  rto: duration('1m', '7d').describe('How soon it is to be served elsewhere.'),
  rpo: duration('0s', '7d').describe('How much of what was written may be lost, in time.'),
});

const environment = keys({
  match: labels
    .optional()
    .describe('Labels that tell this environment from the others of the service.'),
  workload: role.optional().describe('What runs the service.'),
  database: role.optional().describe('Where it keeps its rows.'),
  cache: role.optional().describe('Its cache.'),
  config: role.optional().describe('Files that say how it runs, to be backed up.'),
  logs: role.optional().describe('Files that it writes its logs to, to be backed up.'),
  traffic: role.optional().describe('What sends requests to it.'),
  telemetry: role.optional().describe('Where it is measured: graphs and checks ask there.'),
  notice: role.optional().describe('Whom a failover of the region to it tells outside.'),
  objectives: objectives
    .optional()
    .describe('What a failover of its region is measured by; shown on the plan.'),
  health: z
    .array(
      keys({
        http: url.optional().describe('An address that answers 200. No redirect is followed.'),
        promql: text.optional().describe('An expression, asked where the service is measured.'),
        below: number.optional().describe('Every series of `promql` stands below it.'),
        above: number.optional().describe('Every series of `promql` stands above it.'),
        tcp: text.optional().describe('`HOST:PORT` that takes connections.'),
      }),
    )
    .optional()
    .describe(
      'What must hold while it is well, one kind each: shown by `health`, and looked at after the last step of every plan.',
    ),
});

const service = keys({
  changes: text
    .optional()
    .describe(
      'Where its changes are told: `NAME/WAY`, a way of `pages:` under `sources.pagerduty.NAME`.',
    ),
  on_call: name
    .optional()
    .describe('Group that is on call for it: `on_call: true` in a policy speaks of it.'),
  match: labels.optional().describe('Labels that say an alert is about this service.'),
  also: z
    .array(labels)
    .optional()
    .describe(
      'The same by other names, each map by itself: what another source, or a pager, calls this service.',
    ),
  links: named(url)
    .optional()
    .describe(
      'Pages that help whoever looks at it, by name: `{ dashboard: URL }`. Each new incident shows them.',
    ),
  parent: name
    .optional()
    .describe(
      'Service that it depends on. Correlation rules compare the last one upwards as the label `root`.',
    ),
  show_env: z
    .array(text)
    .default([])
    .describe('Environment variables and annotations whose values a diff may show.'),
  environments: named(environment).describe('Where it runs, by name.'),
});

const target = z.record(z.string(), z.unknown());
fieldNotes.add(target, { kind: '`{ kubernetes: { … } }`' });

/** One schema per top-level key. Each is applied alone, so that a fault in one does not hide those of the others. */
export const sections = {
  version: version.describe('The format this file is written in.'),
  server: server.prefault({}),
  console: consoleListener.prefault({}),
  metrics: metrics.prefault({}),
  journal: journal.prefault({}),
  incident: incident.prefault({}),
  people: z.array(person).default([]),
  groups: named(group).default({}),
  directories: directories.prefault({}),
  sources: sources.prefault({}),
  surfaces: surfaces.prefault({}),
  routes: z.array(route).default([]),
  default_route: defaultRoute,
  correlation: z.array(correlationRule).default([]),
  security: security.prefault({}),
  heartbeat: heartbeat.prefault({}),
  identity_admins: z
    .array(name)
    .default([])
    .describe(
      'Groups whose members confirm new accounts and new second factors of others, each with a factor of their own: `journal.keyring_key` and a `console.public_url` have to be there.',
    ),
  services: named(service).default({}),
  policies: z.array(rule).default([]),
  policy_tests: z.array(policyTest).default([]),
  freezes: z.array(freeze).default([]),
  quotas: quotas.prefault({}),
  record: record.prefault({}),
  fuse: fuse.prefault({}),
  ask: ask.prefault({}),
  limits: limits.prefault({}),
  targets: named(target.describe('One system each; see below.')).default({}),
  backups: z.array(backup).default([]),
  stores: named(store).default({}),
  watch: named(watch).default({}),
} as const;

export type SectionName = keyof typeof sections;
export type Section<N extends SectionName> = z.output<(typeof sections)[N]>;

/** Both credentials of a cluster have this shape. */
const kubernetesAccess = keys({
  kubeconfig: path.optional().describe('A kubeconfig file.'),
  context: text.optional().describe('Its context; the current one when absent.'),
  server: url.optional().describe('URL of the API server, with token.'),
  token: secret.optional().describe('Bearer token of a service account.'),
  ca: path
    .optional()
    .describe("PEM file of the authority that signed the server; the system's when absent."),
  in_cluster: flag.optional().describe('Use the service account of the pod tocsin runs in.'),
  proxy: url.optional().describe('HTTP proxy on the way to the API server.'),
});

export const kubernetesTarget = keys({
  read: kubernetesAccess.describe('Credential for reading and dry runs.'),
  write: kubernetesAccess
    .optional()
    .describe(
      'Credential for changes; opened by the operations loop only. Without it the cluster is only looked at.',
    ),
  request_timeout: duration('100ms', '2m')
    .default(10_000)
    .describe('How long one request may take.'),
  response_limit: size(64, 64)
    .default(8 * 1024 ** 2)
    .describe('Largest answer that is read.'),
  lands_within: duration('1s', '15m')
    .default(90_000)
    .describe('How long after a lost answer the request may still take effect.'),
});

/** A system that speaks the HTTP API of Prometheus. */
export const prometheusTarget = keys({
  url: url.describe('Base URL of its API, path prefix included.'),
  bearer: secret.optional().describe('Bearer token sent to it.'),
  basic: basic.optional().describe('Basic authentication sent to it.'),
  ca: path
    .optional()
    .describe("PEM file of the authority that signed its certificate; the system's when absent."),
  proxy: url
    .optional()
    .describe('HTTP proxy on the way to it; those of the environment when absent.'),
  timeout: duration('100ms', '1m').default(10_000).describe('How long one question may take.'),
  response_limit: size(64, 64)
    .default(16 * 1024 ** 2)
    .describe('Largest answer that is read.'),
});

/** A PostgreSQL cluster that Patroni looks after. */
export const patroniTarget = keys({
  endpoints: z
    .array(url)
    .min(1)
    .describe('Base URL of the REST API of every member; any that answers is told.'),
  basic: basic.optional().describe('Basic authentication, sent with changes only.'),
  ca: path
    .optional()
    .describe(
      "PEM file of the authority that signed their certificates; the system's when absent.",
    ),
  certificate: path.optional().describe('PEM file of a client certificate, with key.'),
  key: secret.optional().describe('Its key, in PEM.'),
  timeout: duration('100ms', '1m').default(5_000).describe('How long one question may take.'),
  change_timeout: duration('30s', '10m')
    .default(60_000)
    .describe('How long Patroni may take to answer a change of leader.'),
  postgres: patroniLogin
    .optional()
    .describe('How the leader is reached by SQL, for backups; nothing else asks it.'),
});

/** A MongoDB replica set. */
export const mongodbTarget = keys({
  set: text.describe('Its name, `replSetName`.'),
  members: z
    .array(text)
    .min(1)
    .describe('`host:port` of the members, all of them: each is asked who is primary.'),
  username: text.optional().describe('User at the members; nobody when absent.'),
  password: secret.optional().describe('Its password.'),
  auth_source: text.default('admin').describe('Database that knows the user.'),
  tls: flag.default(false).describe('Speak TLS to them.'),
  ca: path
    .optional()
    .describe(
      "PEM file of the authority that signed their certificates; the system's when absent.",
    ),
  programs: path
    .optional()
    .describe('Folder of the MongoDB Database Tools, for backups; the usual ones when absent.'),
  scratch: name
    .optional()
    .describe(
      'Another `mongodb` target on which a copy of one database is restored, under another name, to verify it; read and counted only when absent.',
    ),
  timeout: duration('100ms', '30s').default(5_000).describe('How long one command may take.'),
});

/** Where in a cluster a workload is. */
export const kubernetesWorkload = keys({
  namespace: text.describe('Namespace.'),
  deployment: text.optional().describe('Name of the Deployment.'),
  statefulset: text.optional().describe('Name of the StatefulSet.'),
  daemonset: text.optional().describe('Name of the DaemonSet.'),
  min: integer(0, 100_000).optional().describe('Fewest replicas `scale` may ask for.'),
  max: integer(0, 100_000).optional().describe('Most replicas `scale` may ask for.'),
});
