import type { Secret } from '../core/secret.ts';

/** One MongoDB replica set, as the integration wants it. */
export interface MongodbConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly set: string;
  readonly members: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: Secret;
  readonly authSource: string;
  /** PEM text, `true` for the system's authorities; absent for a connection in the clear. */
  readonly tls?: string | true;
  /** Absolute. Folder of the MongoDB Database Tools. */
  readonly programs?: string;
  /** Another target, on which copies are tried. */
  readonly scratch?: string;
  readonly timeoutMs: number;
}

/** Files and folders of this machine, as the integration wants them. */
export interface FilesConfig {
  /** Name under `targets:`. */
  readonly target: string;
  /** Absolute; none lies inside another. */
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly bytesMax: number;
}

/** How the servers of a Patroni cluster are reached by SQL, for backups. */
export interface PatroniLogin {
  readonly username: string;
  readonly password?: Secret;
  readonly database: string;
  /** PEM text of the authority, `true` for the system's; absent for a connection in the clear. */
  readonly tls?: string | true;
  /** Absolute. Folder of the programs of PostgreSQL. */
  readonly programs?: string;
}
