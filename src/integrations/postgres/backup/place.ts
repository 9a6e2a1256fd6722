/** One database, as a dump reaches it. */
export interface DumpPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM text of the authority, `true` for the system's; absent for a connection in the clear. */
  readonly tls?: string | true;
  /** Of connecting, and of one question. */
  readonly timeoutMs: number;
}

export function said({ host, port, database }: DumpPlace): string {
  return `${database} at ${host.includes(':') ? `[${host}]` : host}:${port}`;
}
