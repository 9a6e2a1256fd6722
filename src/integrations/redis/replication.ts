import type { Server } from './connection.ts';
import type { Address } from './schema.ts';

/** What one server says of itself. */
export interface Replication {
  readonly role: 'master' | 'slave';
  readonly runId: string;
  /** Bytes of the stream of writes: those made by a master, those received by a replica. */
  readonly offset: number;
  /** A replica's master, and whether its link to it stands. */
  readonly master: string;
  readonly linked: boolean;
  /** 0: it is never promoted. */
  readonly priority: number;
  readonly memoryBytes: number;
  /** Of a master: those that stream from it, by the addresses it knows them by. */
  readonly replicas: readonly Address[];
  /** Of a master: how far a FAILOVER that it was told is; '' before Redis 6.2. */
  readonly failover: string;
}

/** https://redis.io/docs/latest/commands/info/ */
export async function readReplication(server: Server): Promise<Replication> {
  const fields = new Map<string, string>();
  for (const section of ['server', 'replication', 'memory']) {
    for (const line of String(await server.call('INFO', section)).split('\r\n')) {
      const at = line.indexOf(':');
      if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1));
    }
  }
  const number = (name: string): number => Number(fields.get(name) ?? 0);
  const isMaster = fields.get('role') === 'master';
  return {
    role: isMaster ? 'master' : 'slave',
    runId: fields.get('run_id') ?? '',
    offset: number(isMaster ? 'master_repl_offset' : 'slave_repl_offset'),
    master: isMaster ? '' : `${fields.get('master_host')}:${fields.get('master_port')}`,
    linked: fields.get('master_link_status') === 'up',
    priority: number('slave_priority'),
    memoryBytes: number('used_memory'),
    replicas: [...fields].flatMap(([name, value]) => onlineReplica(name, value)),
    failover: fields.get('master_failover_state') ?? '',
  };
}

/** `slave0` → `ip=10.0.0.2,port=6379,state=online,offset=98,lag=0`. */
function onlineReplica(name: string, value: string): readonly Address[] {
  const [, host, port] = /^ip=([^,]+),port=(\d+),state=online/.exec(value) ?? [];
  return /^slave\d+$/.test(name) && host !== undefined ? [{ host, port: Number(port) }] : [];
}

export function isReplicaOf(found: Replication, master: Address): boolean {
  return found.role === 'slave' && found.master === `${master.host}:${master.port}`;
}

/** The ROLE command answers `[master, offset, …]`: https://redis.io/docs/latest/commands/role/ */
export async function roleOf(server: Server): Promise<string> {
  const role = await server.call('ROLE');
  return Array.isArray(role) ? String(role[0]) : '';
}
