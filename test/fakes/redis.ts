import { ProblemError, problem } from '../../src/core/problem.ts';
import type { Connections, Server } from '../../src/integrations/redis/connection.ts';
import { type Address, said } from '../../src/integrations/redis/schema.ts';

/** What becomes of the next command that changes the world as the test means it. */
export type Fate =
  | { readonly kind: 'refused' }
  | { readonly kind: 'done, not answered' }
  | { readonly kind: 'vanished' }
  | { readonly kind: 'done late, not answered'; readonly ms: number };

export interface FakeRedis {
  readonly connections: Connections;
  readonly servers: ReadonlyMap<string, FakeServer>;
  readonly cluster: FakeCluster;
  /** Whom the Sentinels name, and how often they failed over. */
  readonly told: { master: string; epoch: number };
  /** Commands like this one meet the fates and are counted. */
  watch(command: RegExp): void;
  next(fate: Fate): void;
  /** Watched commands that changed something. */
  effects(): number;
  now(): number;
  pass(ms: number): void;
  /** What an application is answered: OK, READONLY, or nothing while it is held back. */
  write(name: string): 'OK' | 'READONLY' | 'held';
  /** Roles as somebody else may change them. */
  promote(name: string): void;
  follow(name: string, master: string): void;
}

export interface FakeServer {
  role: 'master' | 'slave';
  master: string;
  offset: number;
  priority: number;
  isLinked: boolean;
  isSilent: boolean;
  pausedUntil: number;
  failover: string;
  readonly keys: Set<string>;
}

/** Shards of a cluster: node → its shard, and the epoch of each. */
export interface FakeCluster {
  readonly shards: Map<string, { readonly slots: string; epoch: number }>;
  readonly shardOf: Map<string, string>;
}

export const fakeNames = ['10.0.0.1:6379', '10.0.0.2:6379', '10.0.0.3:6379'] as const;

/**
 * Servers as far as a failover needs them, with their own words for no: a master and two replicas, three Sentinels that agree, or
 * (`asCluster`) three masters with a replica each. Time passes when the test says so.
 */
export function createFakeRedis({ asCluster = false } = {}): FakeRedis {
  const servers = new Map<string, FakeServer>();
  const cluster: FakeCluster = { shards: new Map(), shardOf: new Map() };
  const told = { master: fakeNames[0] as string, epoch: 1 };
  const fates: Fate[] = [];
  const later: { readonly at: number; readonly run: () => void }[] = [];
  let watched = /^$/;
  let at = 1_000_000;
  let effects = 0;

  const own = (name: string): FakeServer => {
    const found = servers.get(name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  const isHeld = (server: FakeServer) => server.role === 'master' && server.pausedUntil > at;

  function promote(name: string): void {
    Object.assign(own(name), { role: 'master', master: '', isLinked: false });
  }
  function follow(name: string, master: string): void {
    Object.assign(own(name), { role: 'slave', master, isLinked: true, failover: 'no-failover' });
  }
  if (asCluster) layOut({ servers, cluster });
  else {
    for (const name of fakeNames)
      servers.set(name, newServer(name === fakeNames[0] ? '' : fakeNames[0]));
  }

  function change(name: string, command: string): boolean {
    const [verb = '', ...words] = command.split(' ');
    const server = own(name);
    if (verb === 'SENTINEL') {
      const chosen = [...servers].find(
        ([, each]) => each.role === 'slave' && each.master === told.master,
      );
      if (!chosen || servers.get(told.master)?.role !== 'master') return false;
      Object.assign(told, { master: chosen[0], epoch: told.epoch + 1 });
      promote(chosen[0]);
      return true;
    }
    if (verb === 'REPLICAOF') {
      const master = `${words[0]}:${words[1]}`;
      if (server.role === 'slave' && server.master === master) return false;
      follow(name, master);
      return true;
    }
    if (command === 'CLIENT UNPAUSE') {
      const wasHeld = isHeld(server);
      server.pausedUntil = 0;
      return wasHeld;
    }
    if (verb === 'FAILOVER') {
      const to = `${words[1]}:${words[2]}`;
      if (server.role !== 'master' || own(to).master !== name) return false;
      promote(to);
      follow(name, to);
      return true;
    }
    return takeSlots(name);
  }
  function takeSlots(name: string): boolean {
    const server = own(name);
    const shard = cluster.shards.get(cluster.shardOf.get(name) ?? '');
    if (server.role === 'master' || !shard) return false;
    const old = server.master;
    promote(name);
    if (!own(old).isSilent) follow(old, name);
    shard.epoch += 1;
    return true;
  }
  function effective(name: string, command: string): void {
    if (change(name, command)) effects += 1;
  }

  function answer(name: string, command: string): unknown {
    if (watched.test(command)) return meet(name, command);
    const server = own(name);
    if (/^(SET|DEL) /.test(command)) return writes(name, server, command);
    if (command.startsWith('EXISTS ')) return server.keys.has(command.slice(7)) ? 1 : 0;
    if (command === 'ROLE') return [server.role];
    if (command.startsWith('INFO ')) return infoOf(name, server);
    if (command.startsWith('CLIENT PAUSE ')) {
      server.pausedUntil = Math.max(server.pausedUntil, at + Number(command.split(' ')[2]));
    }
    if (command === 'CLIENT UNPAUSE') server.pausedUntil = 0;
    if (/^(REPLICAOF|FAILOVER|CLUSTER FAILOVER)/.test(command)) change(name, command);
    if (command === 'CLUSTER NODES') return nodesOf();
    if (command.startsWith('CLUSTER KEYSLOT ')) return Number(command.slice(-1)) * 5_000;
    return 'OK';
  }
  function meet(name: string, command: string): string {
    const fate = fates.shift();
    if (fate?.kind === 'refused') throw refused(name, command, 'ERR it is busy');
    if (fate?.kind === 'done late, not answered') {
      later.push({ at: at + fate.ms, run: () => effective(name, command) });
    } else if (fate?.kind !== 'vanished') effective(name, command);
    if (fate) throw lost(name, command);
    return 'OK';
  }
  function writes(name: string, server: FakeServer, command: string): unknown {
    // A claim and its end are ours and come before the pause, or are refused where the role is lost.
    if (server.role === 'slave') throw refused(name, command, 'READONLY');
    if (isHeld(server)) throw lost(name, command);
    const [verb = '', key = '', ...more] = command.split(' ');
    if (verb === 'DEL') return server.keys.delete(key) ? 1 : 0;
    if (more.includes('NX') && server.keys.has(key)) return null;
    server.keys.add(key);
    return 'OK';
  }
  function infoOf(name: string, server: FakeServer): string {
    const isMaster = server.role === 'master';
    const [host, port] = (server.master || ':').split(':');
    const lines = [
      `run_id:run-${name}`,
      `role:${server.role}`,
      isMaster ? `master_repl_offset:${server.offset}` : `slave_repl_offset:${server.offset}`,
      ...(isMaster ? [`master_failover_state:${server.failover}`] : []),
      ...(isMaster ? [] : [`master_host:${host}`, `master_port:${port}`]),
      `master_link_status:${server.isLinked ? 'up' : 'down'}`,
      `slave_priority:${server.priority}`,
      ...[...servers]
        .filter(([, each]) => each.role === 'slave' && each.master === name && !each.isSilent)
        .map(([each], index) => {
          const [ip, at_] = each.split(':');
          return `slave${index}:ip=${ip},port=${at_},state=online,offset=1,lag=0`;
        }),
    ];
    return lines.join('\r\n');
  }
  function nodesOf(): string {
    return [...servers]
      .map(([name, server]) => {
        const shard = cluster.shards.get(cluster.shardOf.get(name) ?? '');
        const isMaster = server.role === 'master';
        const flags = `${isMaster ? 'master' : 'slave'}${server.isSilent ? ',fail' : ''}`;
        const master = isMaster ? '-' : `id-${server.master}`;
        const slots = isMaster && shard ? ` ${shard.slots}` : '';
        return `id-${name} ${name}@16379 ${flags} ${master} 0 0 ${shard?.epoch ?? 0} connected${slots}`;
      })
      .join('\n');
  }

  const reach = (address: Address, ask: (command: string) => unknown): Server => ({
    address: said(address),
    async call(command, ...words) {
      return ask([command, ...words].join(' '));
    },
  });
  return {
    servers,
    cluster,
    told,
    connections: {
      async server(address, task) {
        const name = said(address);
        if (servers.get(name)?.isSilent !== false) {
          throw new ProblemError(problem('REDIS_UNREACHABLE', { server: name, why: 'silent' }));
        }
        return task(reach(address, (command) => answer(name, command)));
      },
      async sentinel(address, task) {
        return task(reach(address, (command) => sentinel(command)));
      },
    },
    watch(command) {
      watched = command;
    },
    next: (fate) => void fates.push(fate),
    effects: () => effects,
    now: () => at,
    pass(ms) {
      at += ms;
      for (const due of later.filter((each) => each.at <= at)) {
        later.splice(later.indexOf(due), 1);
        due.run();
      }
    },
    write(name) {
      const server = own(name);
      if (server.role === 'slave') return 'READONLY';
      return isHeld(server) ? 'held' : 'OK';
    },
    promote,
    follow,
  };

  function sentinel(command: string): unknown {
    if (watched.test(command)) return meet(told.master, command);
    if (command.startsWith('SENTINEL FAILOVER ')) change(told.master, command);
    const [host = '', port = ''] = told.master.split(':');
    if (command.startsWith('SENTINEL MASTER ')) {
      return ['ip', host, 'port', port, 'config-epoch', String(told.epoch)];
    }
    if (command.startsWith('SENTINEL REPLICAS ')) {
      return [...servers.keys()]
        .filter((name) => name !== told.master)
        .map((name) => ['ip', name.split(':')[0], 'port', name.split(':')[1]]);
    }
    return 'OK 3 usable Sentinels';
  }
}

function layOut({
  servers,
  cluster,
}: Pick<FakeRedis, 'cluster'> & { servers: Map<string, FakeServer> }): void {
  for (const [index, slots] of ['0-5460', '5461-10922', '10923-16383'].entries()) {
    const master = `10.0.0.${index + 1}:6379`;
    const replica = `10.0.0.${index + 4}:6379`;
    servers.set(master, newServer(''));
    servers.set(replica, newServer(master));
    cluster.shards.set(slots, { slots, epoch: index + 1 });
    cluster.shardOf.set(master, slots).set(replica, slots);
  }
}

function newServer(master: string): FakeServer {
  return {
    role: master === '' ? 'master' : 'slave',
    master,
    offset: 100,
    priority: 100,
    isLinked: master !== '',
    isSilent: false,
    pausedUntil: 0,
    failover: 'no-failover',
    keys: new Set(),
  };
}

function refused(server: string, command: string, why: string): ProblemError {
  return new ProblemError(problem('REDIS_REFUSED', { server, command, why }));
}

function lost(server: string, command: string): ProblemError {
  return new ProblemError(problem('REDIS_NO_ANSWER', { server, command, why: 'timeout' }));
}
