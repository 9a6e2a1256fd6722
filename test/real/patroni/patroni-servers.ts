import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandOf } from '../../provision/command.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { processEnd } from '../../support/own-process.ts';

export interface PatroniSet {
  readonly members: readonly PatroniMember[];
  /** What one member answers to an operator, not through what is tested. */
  ask(member: PatroniMember, path: string, change?: Change): Promise<Answer>;
  /** Ends Patroni and its PostgreSQL as a power cut does. */
  kill(member: PatroniMember): void;
  /** Brings back what was killed, on the same data. */
  revive(member: PatroniMember): void;
  stop(): Promise<void>;
}

export interface PatroniMember {
  readonly name: string;
  readonly url: string;
  readonly postgresPort: number;
}

export interface Change {
  readonly method: 'POST' | 'PATCH';
  readonly body: object;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** PostgreSQL and Patroni refuse to run as root: there, what is started is `nobody`. */
const nobody = 65_534;
export const operator = { username: 'operator', password: 'let-me-switch' };
export const application = { username: 'shop', password: 'shop' };

/** Two members and one etcd on free ports, agreed who leads. Timers are as short as Patroni takes them. */
export async function startPatroniSet(): Promise<PatroniSet> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-patroni-'));
  const owner: { uid?: number; gid?: number } =
    process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  own(folder);
  const [etcdPort = 0, etcdPeer = 0, ...ports] = await freePorts(6);
  const children = new Map<string, ChildProcess>();
  const members = ['n1', 'n2'].map((name, index) => ({
    name,
    url: `http://127.0.0.1:${ports[index * 2]}`,
    postgresPort: ports[index * 2 + 1] ?? 0,
  }));

  function own(path: string): void {
    chmodSync(path, 0o700);
    if (owner.uid !== undefined) chownSync(path, owner.uid, owner.gid ?? owner.uid);
  }
  function start(name: string, command: string, args: readonly string[]): void {
    // Its neighbours (initdb, pg_ctl, pg_rewind) stand beside the server, which may be a link.
    const binaries = dirname(realpathSync(commandOf('postgres')));
    const env = { PATH: `${binaries}:${process.env['PATH']}`, HOME: folder };
    // A group of its own, so that whatever it starts ends with it.
    children.set(name, spawn(command, args, { stdio: 'ignore', detached: true, env, ...owner }));
  }
  function startMember(member: PatroniMember): void {
    start(member.name, commandOf('patroni'), [join(folder, `${member.name}.yml`)]);
  }
  const dataOf = ({ name }: PatroniMember) => join(folder, name);

  function kill(member: PatroniMember): void {
    end(children.get(member.name)?.pid);
    // The postmaster leads a group of its own.
    end(postmasterOf(dataOf(member)));
  }

  const etcd = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${etcdPeer}`;
  start('etcd', commandOf('etcd'), [
    ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', etcd, '--advertise-client-urls', etcd],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    ...['--initial-cluster', `default=${peer}`],
  ]);
  for (const member of members) {
    mkdirSync(dataOf(member));
    own(dataOf(member));
    const file = join(folder, `${member.name}.yml`);
    writeFileSync(file, JSON.stringify(configurationOf(member, { folder, etcdPort }), null, 1));
    own(file);
    startMember(member);
  }

  async function ask({ url }: PatroniMember, path: string, change?: Change): Promise<Answer> {
    const basic = Buffer.from(`${operator.username}:${operator.password}`).toString('base64');
    const answer = await fetch(`${url}${path}`, {
      ...(change && { method: change.method, body: JSON.stringify(change.body) }),
      headers: { authorization: `Basic ${basic}` },
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, text: await answer.text() };
  }
  async function stop(): Promise<void> {
    for (const member of members) kill(member);
    end(children.get('etcd')?.pid);
    await Promise.all([...children.values()].map(processEnd));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  const set = { members, ask, kill, revive: startMember, stop };
  try {
    await agreed(set);
  } catch (error) {
    await stop();
    throw error;
  }
  return set;
}

/** One leads and the other streams from it. */
export async function agreed({ members, ask }: Pick<PatroniSet, 'members' | 'ask'>): Promise<void> {
  await eventually(
    'one member leads and the other streams',
    async () => {
      const told = await Promise.all(
        members.map(async (member) => (await ask(member, '/patroni')).text),
      ).catch(() => []);
      return told.some((text) => /"application_name": "n[12]"[^}]*"streaming"/.test(text));
    },
    { withinMs: 60_000 },
  );
}

function configurationOf(
  { name, url, postgresPort }: PatroniMember,
  { folder, etcdPort }: { readonly folder: string; readonly etcdPort: number },
): object {
  const address = new URL(url).host;
  return {
    scope: 'shop',
    name,
    restapi: { listen: address, connect_address: address, authentication: operator },
    etcd3: { hosts: [`127.0.0.1:${etcdPort}`] },
    bootstrap: {
      dcs: {
        ttl: 6,
        loop_wait: 1,
        retry_timeout: 3,
        maximum_lag_on_failover: 1_048_576,
        postgresql: {
          use_pg_rewind: true,
          parameters: { fsync: 'off', max_connections: 20, wal_keep_size: '64MB' },
        },
      },
      initdb: [{ encoding: 'UTF8' }, 'data-checksums', 'no-sync'],
    },
    postgresql: {
      listen: `127.0.0.1:${postgresPort}`,
      connect_address: `127.0.0.1:${postgresPort}`,
      data_dir: join(folder, name),
      basebackup: [{ checkpoint: 'fast' }],
      pgpass: join(folder, `${name}.pgpass`),
      authentication: {
        superuser: { username: 'postgres', password: 'postgres' },
        replication: { username: 'replicator', password: 'replicator' },
        rewind: { username: 'rewinder', password: 'rewinder' },
      },
      pg_hba: [
        'local all all trust',
        'host all all 127.0.0.1/32 trust',
        'host replication all 127.0.0.1/32 trust',
      ],
      parameters: { unix_socket_directories: folder },
    },
  };
}

function postmasterOf(data: string): number | undefined {
  try {
    return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

function end(pid: number | undefined): void {
  if (pid === undefined || !Number.isInteger(pid) || pid <= 1) return;
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended, or it leads no group.
    }
  }
}
