import type { Fence } from '../../core/ports/fence.ts';
import type { Traffic } from '../../core/ports/traffic.ts';

/** One PostgreSQL with streaming replicas: `targets: { pg-main: { postgres: { nodes: […], … } } }`. */
export interface PostgresConfig {
  /** The name under `targets:`. */
  readonly target: string;
  readonly nodes: readonly NodeConfig[];
  /** Where both logins connect to. */
  readonly database: string;
  /** Reads the state, promotes, redirects. */
  readonly admin: Login;
  /** As the application: what proves that a server takes writes, or refuses them. */
  readonly application: Login;
  readonly fence?: FenceConfig;
  readonly repoint: readonly RepointConfig[];
  readonly rejoin?: RejoinConfig;
  /** Folder of the programs of PostgreSQL, for backups; the usual ones when absent. */
  readonly programs?: string;
  /** PEM text of the authority, `true` for the system's; absent for a connection in the clear. */
  readonly tls?: string | true;
  /** Of one question, connecting included. */
  readonly timeoutMs: number;
  /** How long a replica may take to replay what it has received, and to be promoted, each. */
  readonly catchUpMs: number;
}

export interface NodeConfig {
  readonly name: string;
  readonly address: Address;
  /** How the other servers reach it; `address` when absent. */
  readonly replication?: Address;
  /** How clients and proxies reach it; `address` when absent. */
  readonly clients?: Address;
}

export type FenceConfig = CommandFence | FenceMeans;

/** What another integration stops: one fence for each node. */
export interface FenceMeans {
  readonly means: Readonly<Record<string, Fence>>;
  readonly timeoutMs: number;
}

export interface CommandFence {
  /** Stops the server and keeps it from taking writes again, whoever restarts it. Harmless when run twice. */
  readonly command: readonly string[];
  /** Takes that back and starts it. Harmless when run twice. */
  readonly undo: readonly string[];
  /** Ends with 0 while the fence holds. */
  readonly status?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What is turned to the new primary: a file, or what another integration turns. */
export type RepointConfig = FileRepoint | TrafficRepoint;

export interface TrafficRepoint {
  readonly traffic: Traffic;
  /** Where clients reach the primary through it. */
  readonly through?: Address;
}

export interface FileRepoint {
  readonly file: string;
  /** One line of it, with `{host}` and `{port}` (or `{node}`) where the primary stands. */
  readonly line: string;
  /** Has the file read. Harmless when run twice. */
  readonly reload?: readonly string[];
  /** Where clients reach the primary through what was turned. */
  readonly through?: Address;
  readonly timeoutMs: number;
}

export interface RejoinConfig {
  /** Makes the old primary a replica of the new one, lifts its fence, and starts it. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Login {
  readonly user: string;
  readonly password?: string;
}

export function isFile(config: RepointConfig): config is FileRepoint {
  return 'file' in config;
}

export function said({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** One row of an answer. Servers answer text; what is wanted of it is read here. */
export type Row = Readonly<Record<string, unknown>>;

export function textOf(row: Row | undefined, name: string): string {
  const value = row?.[name];
  return value === null || value === undefined ? '' : String(value);
}

export function numberOf(row: Row | undefined, name: string): number {
  return Number(textOf(row, name) || 0);
}

export function isTrue(row: Row | undefined, name: string): boolean {
  return row?.[name] === true;
}
