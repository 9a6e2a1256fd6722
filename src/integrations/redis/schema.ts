/** One Redis: behind Sentinels, a Redis Cluster, or servers that nobody looks after. */
export type RedisConfig = SentinelsConfig | NodesConfig;

export interface SentinelsConfig extends WayConfig {
  readonly kind: 'sentinels';
  readonly sentinels: readonly Address[];
  /** The name that the Sentinels know it by. */
  readonly master: string;
}

export interface NodesConfig extends WayConfig {
  readonly kind: 'cluster' | 'servers';
  readonly nodes: readonly Address[];
}

/** How to get there, whatever it is. */
export interface WayConfig {
  /** The name under `targets:`. */
  readonly target: string;
  /** Of changes. */
  readonly servers: Login;
  /** Of questions; the one of changes when absent. */
  readonly read?: Login;
  readonly sentinelLogin: Login;
  /** PEM text of the authority, `true` for the system's; absent for a connection in the clear. */
  readonly tls?: string | true;
  /** Of one command, connecting included. */
  readonly timeoutMs: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Login {
  readonly username?: string;
  readonly password?: string;
}

export function said({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What `said` wrote; undefined for anything else. */
export function addressOf(text: unknown): Address | undefined {
  const found = typeof text === 'string' ? /^\[?([^\s[\]]+?)\]?:(\d{1,5})$/.exec(text) : null;
  return found?.[1] === undefined ? undefined : { host: found[1], port: Number(found[2]) };
}
