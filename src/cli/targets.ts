import type { Logger } from 'pino';
import type { ConnectedTarget } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import type { MutedSource } from '../bot/muted-source.ts';
import { programs } from '../bot/programs.ts';
import type {
  AwsConfig,
  Config,
  FilesConfig,
  KubernetesAccess,
  KubernetesConfig,
  MongodbConfig,
  PatroniConfig,
  PrometheusConfig,
  RedisConfig,
} from '../config.ts';
import type { AlertSink } from '../core/ports/alert-sink.ts';
import type { AlertSource } from '../core/ports/alert-source.ts';
import type { Finding } from '../core/ports/target.ts';
import type { ProblemBook } from '../core/problem.ts';
import type { Integration as Kubernetes } from '../integrations/kubernetes/index.ts';
import type { CredentialConfig } from '../integrations/kubernetes/schema.ts';
import { connectMeans } from './means.ts';
import type { Parts } from './parts.ts';
import { connectPostgreses, user } from './postgreses.ts';
import type { Resting } from './resting.ts';

export interface Connected {
  readonly targets: readonly ConnectedTarget[];
  readonly books: readonly ProblemBook[];
}

/** Loads the integrations that the configuration names, and none other. */
export async function connectTargets(
  { targets }: Pick<Config, 'targets'>,
  deps: { readonly digestKey: Uint8Array; readonly log: Logger },
): Promise<Connected> {
  const clusters = await connectKubernetes(targets.kubernetes, deps);
  const { connected: means, means: handed } = await connectMeans(targets, clusters.byName);
  const connected = await Promise.all([
    clusters,
    connectPrometheus(targets.prometheus),
    connectPatroni(targets.patroni),
    connectAws(targets.aws),
    connectMongodb(targets.mongodb),
    connectRedis(targets.redis),
    means,
    connectPostgreses(targets.postgres, handed),
    connectFiles(targets.files),
  ]);
  return {
    targets: connected.flatMap(({ targets: each }) => each),
    books: connected.flatMap(({ books }) => books),
  };
}

async function connectKubernetes(
  configured: readonly KubernetesConfig[],
  deps: { readonly digestKey: Uint8Array; readonly log: Logger },
): Promise<Connected & { readonly byName: ReadonlyMap<string, Kubernetes> }> {
  if (configured.length === 0) return { targets: [], books: [], byName: new Map() };
  const { connect, problems } = await import('../integrations/kubernetes/index.ts');
  const byName = new Map<string, Kubernetes>();
  const connected = configured.map(({ read, write, ...config }): ConnectedTarget => {
    const integration = connect(
      { ...config, read: open(read), ...(write ? { write: open(write) } : {}) },
      {
        clock: systemClock,
        digestKey: deps.digestKey,
        log: deps.log.child({ target: config.target }),
      },
    );
    byName.set(config.target, integration);
    return {
      name: `kubernetes/${config.target}`,
      planner: integration.planner,
      workload: integration.readers.workload,
      copies: integration.copies,
      health: integration.health,
      doctor: integration.doctor,
      openWriter: integration.openWriter,
      close: integration.close,
    };
  });
  return { targets: connected, books: [problems], byName };
}

/** Asked and never changed: without a planner and without a writer. */
async function connectPrometheus(configured: readonly PrometheusConfig[]): Promise<Connected> {
  if (configured.length === 0) return { targets: [], books: [] };
  const { connect, problems } = await import('../integrations/prometheus/index.ts');
  const connected = configured.map(({ target, ...api }): ConnectedTarget => {
    const name = `prometheus/${target}`;
    const { readers, health, doctor, close } = connect(
      { ...api, target: name },
      { clock: systemClock },
    );
    return { name, telemetry: readers.telemetry, health, doctor, close };
  });
  return { targets: connected, books: [problems] };
}

async function connectPatroni(configured: readonly PatroniConfig[]): Promise<Connected> {
  if (configured.length === 0) return { targets: [], books: [] };
  const { connect, problems } = await import('../integrations/patroni/index.ts');
  // Patroni is asked who leads, and PostgreSQL is copied: neither knows of the other.
  const copied = configured.some(({ postgres }) => postgres)
    ? await import('../integrations/postgres/index.ts')
    : undefined;
  const connected = configured.map(({ key, postgres, ...config }): ConnectedTarget => {
    const keyed = { ...config, ...(key && { key: key.reveal() }) };
    const integration = connect(keyed, { clock: systemClock });
    const name = `patroni/${config.target}`;
    if (!copied || !postgres) return { name, ...integration };
    const { username, password, programs: folder, ...way } = postgres;
    const { target, timeoutMs } = config;
    const login = user(username, password);
    const servers = integration.leaders;
    const from = { ...way, target, timeoutMs, login, servers, ...(folder && { folder }) };
    return { name, ...integration, ...copied.copiesOf(from, programs) };
  });
  return { targets: connected, books: [problems, ...(copied ? [copied.dumpProblems] : [])] };
}

async function connectAws(configured: readonly AwsConfig[]): Promise<Connected> {
  if (configured.length === 0) return { targets: [], books: [] };
  const { connect, problems } = await import('../integrations/aws/index.ts');
  const connected = configured.map(
    ({ accessKeyId, secretAccessKey, sessionToken, ...config }): ConnectedTarget => {
      const keys = accessKeyId !== undefined && secretAccessKey && { accessKeyId, secretAccessKey };
      const credentials = keys && {
        accessKeyId: keys.accessKeyId,
        secretAccessKey: keys.secretAccessKey.reveal(),
        ...(sessionToken && { sessionToken: sessionToken.reveal() }),
      };
      const integration = connect({ ...config, ...(credentials && { credentials }) });
      return { name: `aws/${config.target}`, ...integration };
    },
  );
  return { targets: connected, books: [problems] };
}

async function connectMongodb(configured: readonly MongodbConfig[]): Promise<Connected> {
  if (configured.length === 0) return { targets: [], books: [] };
  const { connect, problems } = await import('../integrations/mongodb/index.ts');
  const opened = configured.map(({ username, password, scratch, ...config }) => ({
    config: { ...config, ...login(username, password) },
    scratch,
  }));
  const connected = opened.map(({ config, scratch: name }): ConnectedTarget => {
    const scratch = opened.find((each) => each.config.target === name)?.config;
    const integration = connect(config, {
      ...{ clock: systemClock, programs },
      ...(scratch && { scratch }),
    });
    return { name: `mongodb/${config.target}`, ...integration };
  });
  return { targets: connected, books: [problems] };
}

async function connectRedis(configured: readonly RedisConfig[]): Promise<Connected> {
  if (configured.length === 0) return { targets: [], books: [] };
  const { connect, problems } = await import('../integrations/redis/index.ts');
  const connected = configured.map((config): ConnectedTarget => {
    const { target, timeoutMs, tls, read } = config;
    const way = {
      target,
      timeoutMs,
      ...(tls === undefined ? {} : { tls }),
      servers: login(config.username, config.password),
      ...(read && { read: login(read.username, read.password) }),
      sentinelLogin: login(config.sentinelUsername, config.sentinelPassword),
    };
    const deps = { clock: systemClock, programs };
    const integration =
      config.kind === 'sentinels'
        ? connect(
            { ...way, kind: config.kind, sentinels: config.sentinels, master: config.master },
            deps,
          )
        : connect({ ...way, kind: config.kind, nodes: config.nodes }, deps);
    return { name: `redis/${target}`, ...integration };
  });
  return { targets: connected, books: [problems] };
}

/** Read, and unpacked beside: nothing of it is operated. */
async function connectFiles(configured: readonly FilesConfig[]): Promise<Connected> {
  if (configured.length === 0) return { targets: [], books: [] };
  const { connect, problems } = await import('../integrations/files/index.ts');
  const targets = configured.map((config): ConnectedTarget => {
    return { name: `files/${config.target}`, ...connect(config) };
  });
  return { targets, books: [problems] };
}

function login(username: string | undefined, password: RedisConfig['password']) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
  };
}

export interface ConnectedSources {
  readonly sources: readonly AlertSource[];
  readonly silences: readonly MutedSource[];
  /** Those that are sent alerts about ourselves. */
  readonly sinks: readonly AlertSink[];
  readonly books: readonly ProblemBook[];
  /** How each was found when it was asked last; every peer of a cluster by its host. */
  resting(): readonly Resting[];
  /** What `tocsin doctor` says of each; changes nothing. */
  doctor(): Promise<readonly (Finding & { readonly about: string })[]>;
  close(): void;
}

/** The sources that can be asked back. One without an `api` is heard and never asked. */
export async function connectSources(
  { sources }: Pick<Config, 'sources'>,
  installation?: string,
): Promise<ConnectedSources> {
  const asked = (['alertmanager', 'grafana'] as const).flatMap((kind) =>
    sources[kind].flatMap(({ name, api }) => (api ? [{ source: `${kind}/${name}`, api }] : [])),
  );
  if (asked.length === 0) {
    const close = () => undefined;
    const none = { sources: [], silences: [], sinks: [], books: [], resting: () => [] };
    return { ...none, doctor: async () => [], close };
  }
  const { connect, problems } = await import('../integrations/alertmanager/index.ts');
  const told = new Set(
    sources.alertmanager.flatMap(({ name, ownAlerts }) =>
      ownAlerts ? [`alertmanager/${name}`] : [],
    ),
  );
  const connected = asked.map(({ source, api }) =>
    connect({ ...api, source, ...(installation && { installation }) }, { clock: systemClock }),
  );
  return {
    sources: connected.map(({ source }) => source),
    sinks: connected.flatMap(({ sink }) => (told.has(sink.source) ? [sink] : [])),
    silences: connected.map(({ silences, planner, openWriter }) => {
      return { ...silences, planner, openWriter };
    }),
    books: [problems],
    resting: () =>
      connected.flatMap(({ source: { name }, peers }) =>
        peers().map(({ host, state }, _, all) => ({
          system: all.length > 1 ? `${name} ${host}` : name,
          rests: state === 'down',
          ...(all.length > 1 && { peer: { of: name, host, state } }),
        })),
      ),
    async doctor() {
      const found = await Promise.all(
        connected.map(async ({ source, doctor }) =>
          (await doctor()).map((finding) => ({ about: source.name, ...finding })),
        ),
      );
      return found.flat();
    },
    close() {
      for (const each of connected) each.close();
    },
  };
}

/** The outside checker that is told that we live; nothing where there is none. */
export async function connectHeartbeat({
  ping: url,
  everyMs,
  timeoutMs,
}: Config['heartbeat']): Promise<Pick<Parts, 'heartbeat'>> {
  if (!url) return {};
  const { connect } = await import('../integrations/heartbeat/index.ts');
  const { ping } = connect({ url, timeoutMs });
  return { heartbeat: { ping, everyMs } };
}

/** Tokens leave their cover where the client is made, and nowhere else. */
function open(access: KubernetesAccess): CredentialConfig {
  if (access.kind !== 'server') return access;
  const { token, ...rest } = access;
  return { ...rest, token: token.reveal() };
}
