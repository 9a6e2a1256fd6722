/** One replica set: `targets: { orders-db: { mongodb: { set: rs0, members: […] } } }`. */
export interface MongodbConfig {
  /** The name under `targets:`. */
  readonly target: string;
  /** Its name, `replSetName`. */
  readonly set: string;
  readonly members: readonly Address[];
  readonly username?: string;
  readonly password?: string;
  /** The database that knows the user. */
  readonly authSource: string;
  /** PEM text of the authority, `true` for the system's; absent for a connection in the clear. */
  readonly tls?: string | true;
  /** Absolute. Folder of the MongoDB Database Tools; the usual ones when absent. */
  readonly programs?: string;
  /** Of one command, connecting included. */
  readonly timeoutMs: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function said({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
