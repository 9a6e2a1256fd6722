/** One HAProxy, or several that are turned together: `targets: { edge: { haproxy: { instances: … } } }`. */
export interface HaproxyConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly instances: readonly Instance[];
  /** Of one command, connecting included. */
  readonly timeoutMs: number;
}

/** Where its runtime API is bound: https://docs.haproxy.org/2.6/management.html#9.3 */
export interface Instance {
  readonly name: string;
  readonly at: { readonly socket: string } | { readonly host: string; readonly port: number };
}

/** A backend whose servers stand for those of a database. */
export interface BackendPlace {
  readonly backend: string;
  /** Name of the database's server → its name in the backend. */
  readonly servers: Readonly<Record<string, string>>;
}

export interface ServerState {
  readonly name: string;
  /** It gets new connections, as far as an administrator decides. */
  readonly isUsed: boolean;
}

/**
 * Bits of `srv_admin_state` by which a server gets no connections: maintenance and drain, by force or inherited. 0x04 says
 * no more than that its line in the file reads `disabled`. https://docs.haproxy.org/2.6/management.html#9.3-show%20servers%20state
 */
const keptOut = 0x01 | 0x02 | 0x08 | 0x10 | 0x20 | 0x40;

/** `show servers state BACKEND`: a version, a line that begins with # and names the columns, a line for each server. */
export function parseServers(reply: string): readonly ServerState[] | undefined {
  const lines = reply.split('\n').filter((line) => line.trim() !== '');
  const header = lines.find((line) => line.startsWith('# '));
  const columns = header?.slice(2).split(' ') ?? [];
  const [name, admin, weight] = ['srv_name', 'srv_admin_state', 'srv_uweight'].map((column) =>
    columns.indexOf(column),
  );
  if (name === undefined || admin === undefined || weight === undefined) return undefined;
  if (Math.min(name, admin, weight) < 0) return undefined;
  const rows = lines.slice(lines.indexOf(header ?? '') + 1).map((line) => line.split(' '));
  return rows.map((row) => ({
    name: row[name] ?? '',
    isUsed: (Number(row[admin]) & keptOut) === 0 && Number(row[weight]) > 0,
  }));
}
