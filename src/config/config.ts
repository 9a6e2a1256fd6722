import type { Secret } from '../core/secret.ts';
import type { FilesConfig, MongodbConfig, PatroniLogin } from './copied-config.ts';
import type { Listen } from './field.ts';
import type { DockerConfig, HaproxyConfig, PostgresConfig } from './postgres-config.ts';
import type { StoreConfig } from './stores.ts';

export type { FilesConfig, MongodbConfig } from './copied-config.ts';
export type { DockerConfig, HaproxyConfig, PostgresConfig };

/** Everything that is configured and that decisions are not made from; those are in `Settings`. */
export interface Config {
  /** The file it was read from. */
  readonly file: string;
  readonly server: ServerConfig;
  readonly console: ConsoleConfig;
  readonly metrics: { readonly listen: Listen };
  readonly journal: JournalConfig;
  readonly incident: IncidentTimes;
  readonly limits: LimitsConfig;
  readonly heartbeat: HeartbeatConfig;
  readonly watch: readonly WatchConfig[];
  readonly stores: readonly StoreConfig[];
  readonly sources: {
    readonly alertmanager: readonly AlertmanagerConfig[];
    readonly pagerduty: readonly PagerdutyConfig[];
    readonly grafana: readonly GrafanaConfig[];
  };
  readonly surfaces: SurfacesConfig;
  readonly targets: {
    readonly kubernetes: readonly KubernetesConfig[];
    readonly prometheus: readonly PrometheusConfig[];
    readonly patroni: readonly PatroniConfig[];
    readonly aws: readonly AwsConfig[];
    readonly mongodb: readonly MongodbConfig[];
    readonly redis: readonly RedisConfig[];
    readonly files: readonly FilesConfig[];
    readonly postgres: readonly PostgresConfig[];
    readonly haproxy: readonly HaproxyConfig[];
    readonly docker: readonly DockerConfig[];
  };
}

export interface ServerConfig {
  readonly listen: Listen;
  readonly publicUrl?: string;
  readonly trustedProxies: readonly string[];
  readonly bodyLimitBytes: number;
  readonly shutdownGraceMs: number;
}

export interface ConsoleConfig {
  readonly listen: Listen;
  /** Absent only on a loopback address, where it is the address that was bound. */
  readonly publicUrl?: string;
  readonly tokens: readonly ApiToken[];
}

export interface ApiToken {
  readonly name: string;
  readonly token: Secret;
  readonly scopes: readonly ('read' | 'commands' | 'export')[];
}

export interface JournalConfig {
  readonly store: 'sqlite';
  /** Absolute. */
  readonly path: string;
  readonly signingKey?: Secret;
  /** Where old payloads go, and how long after their last event; absent: they stay. */
  readonly archive?: { readonly folder: string; readonly retainMs: number };
  /** Of the second factors in the keyring: the first seals, each opens. Empty: there are none. */
  readonly keyringKeys: readonly Secret[];
}

/** One declared endpoint, and what is proposed when it does not answer. */
export interface WatchConfig {
  readonly name: string;
  readonly address:
    | {
        readonly kind: 'http';
        readonly url: string;
        readonly status?: number;
        /** PEM text. */
        readonly ca?: string;
      }
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
    /** What a role of a service lives in. */
    | { readonly kind: 'target'; readonly integration: string; readonly target: string };
  /** With service and environment named. */
  readonly line: string;
  readonly service: string;
  readonly environment: string;
  readonly everyMs: number;
  readonly strikes: number;
  readonly timeoutMs: number;
  readonly severity: 'critical' | 'major' | 'warning';
  readonly expiresMs: number;
}

/** How much one person and one source may send. */
export interface LimitsConfig {
  readonly personPerMinute: number;
  readonly sourcePerMinute: number;
}

export interface IncidentTimes {
  readonly resolvedJoinMs: number;
  readonly compareEveryMs: number;
  readonly ackReminderMs: number;
  readonly silenceWarningMs: number;
}

/** Chat platforms; the console is always there. */
export interface SurfacesConfig {
  readonly slack: readonly SlackConfig[];
  readonly discord: readonly DiscordConfig[];
}

/** How the way to a chat platform may differ. */
export interface ChatWay {
  /** Base URL of its API; the vendor's own when absent. */
  readonly api?: string;
  readonly proxy?: string;
  /** PEM text. */
  readonly ca?: string;
  readonly timeoutMs: number;
}

export interface SlackConfig extends ChatWay {
  /** Name under `surfaces.slack`. */
  readonly name: string;
  readonly team: string;
  readonly mode: 'socket' | 'http';
  readonly command: string;
  readonly botToken: Secret;
  /** Of mode socket. */
  readonly appToken?: Secret;
  /** Of mode http. */
  readonly signingSecret?: Secret;
}

export interface DiscordConfig extends ChatWay {
  /** Name under `surfaces.discord`. */
  readonly name: string;
  readonly guild: string;
  readonly application: string;
  readonly mode: 'gateway' | 'http';
  readonly token: Secret;
  /** Hex, of mode http. */
  readonly publicKey?: string;
}

export interface WatchdogConfig {
  readonly alert: string;
  readonly withinMs: number;
}

export interface HeartbeatConfig {
  readonly ping?: Secret;
  readonly everyMs: number;
  readonly timeoutMs: number;
}

export interface AlertmanagerConfig {
  readonly name: string;
  readonly auth: WebhookAuth;
  readonly watchdog?: WatchdogConfig;
  readonly api?: AlertmanagerApi;
  /** It is sent what Tocsin has to say of itself. */
  readonly ownAlerts?: true;
}

export interface GrafanaConfig {
  readonly name: string;
  readonly auth: WebhookAuth;
  readonly watchdog?: WatchdogConfig;
  /** Of the Alertmanager inside it. */
  readonly api?: AlertmanagerApi;
}

export interface PagerdutyConfig {
  readonly name: string;
  readonly secrets: readonly Secret[];
  readonly region: 'us' | 'eu';
  /** Base URL; that of the region when absent. */
  readonly eventsUrl?: string;
  /** Integration keys by name. */
  readonly pages: ReadonlyMap<string, Secret>;
  readonly api?: PagerdutyApi;
}

export interface PagerdutyApi {
  readonly token: Secret;
  /** E-mail of a user there. */
  readonly from: string;
  /** Base URL; that of the region when absent. */
  readonly url?: string;
  readonly timeoutMs: number;
  /** Ids; empty for all. */
  readonly services: readonly string[];
  readonly teams: readonly string[];
}

export type WebhookAuth =
  | { readonly kind: 'bearers'; readonly bearers: readonly Secret[] }
  | ({ readonly kind: 'basic' } & Basic)
  | {
      readonly kind: 'hmac';
      readonly secrets: readonly Secret[];
      readonly header: string;
      readonly timestampHeader?: string;
      readonly toleranceMs: number;
    }
  | { readonly kind: 'none' };

export interface Basic {
  readonly username: string;
  readonly password: Secret;
}

export interface AlertmanagerApi {
  readonly url: string;
  /** Of the others of its cluster. */
  readonly peers?: readonly string[];
  readonly timeoutMs: number;
  readonly bearer?: Secret;
  readonly basic?: Basic;
}

/** One cluster, as the integration wants it, with its tokens still closed. */
export interface KubernetesConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly read: KubernetesAccess;
  /** Absent: the cluster can be looked at and not changed. */
  readonly write?: KubernetesAccess;
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly landsWithinMs: number;
}

/** One Prometheus, as the integration wants it. */
export interface PrometheusConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly bearer?: Secret;
  readonly basic?: Basic;
  /** PEM text. */
  readonly ca?: string;
  readonly proxy?: string;
}

/** One PostgreSQL cluster under Patroni, as the integration wants it. */
export interface PatroniConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly endpoints: readonly string[];
  readonly basic?: Basic;
  /** PEM texts. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: Secret;
  readonly timeoutMs: number;
  readonly actionTimeoutMs: number;
  /** How the leader is reached by SQL, for backups. */
  readonly postgres?: PatroniLogin;
}

/** One account and region of AWS, as the integration wants it. */
export interface AwsConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly region: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: Secret;
  readonly sessionToken?: Secret;
  readonly endpoint?: string;
  readonly timeoutMs: number;
}

/** One Redis, as the integration wants it. */
export type RedisConfig = RedisWay &
  (
    | { readonly kind: 'sentinels'; readonly sentinels: readonly Place[]; readonly master: string }
    | { readonly kind: 'cluster' | 'servers'; readonly nodes: readonly Place[] }
  );

export interface Place {
  readonly host: string;
  readonly port: number;
}

interface RedisWay {
  /** Name under `targets:`. */
  readonly target: string;
  /** Absent: those that change also look. */
  readonly read?: { readonly username?: string; readonly password?: Secret };
  readonly username?: string;
  readonly password?: Secret;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: Secret;
  /** PEM text, `true` for the system's authorities; absent for a connection in the clear. */
  readonly tls?: string | true;
  readonly timeoutMs: number;
}

export type KubernetesAccess = { readonly proxy?: string } & (
  | { readonly kind: 'kubeconfig'; readonly path: string; readonly context?: string }
  | {
      readonly kind: 'server';
      readonly server: string;
      readonly token: Secret;
      /** PEM text. */
      readonly ca?: string;
    }
  | { readonly kind: 'in-cluster' }
);
