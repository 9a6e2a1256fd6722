import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { PostgresConfig } from '../../../src/integrations/postgres/index.ts';
import type { CommandFence } from '../../../src/integrations/postgres/schema.ts';
import { commandOf } from '../../provision/command.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';

const run = promisify(execFile);
export const bin = dirname(realpathSync(commandOf('postgres')));
export const fenceScript = new URL('./fence.sh', import.meta.url).pathname;

/** PostgreSQL refuses to run as root: then its servers run as the user whom the package made, or nobody. */
const owner: { readonly uid?: number; readonly gid?: number } = ownerOf();

export interface ServerNode {
  readonly name: string;
  readonly port: number;
  readonly data: string;
}

/** Fenced by a script of the suites. */
export interface SetConfig extends PostgresConfig {
  readonly fence: CommandFence;
}

export interface PostgresSet {
  /** db-1 is the primary at first; db-2 and db-3 follow it. */
  readonly nodes: readonly ServerNode[];
  readonly config: SetConfig;
  /** A question of an operator, past all that is tested. */
  ask(node: ServerNode, sql: string): Promise<readonly Record<string, unknown>[]>;
  start(node: ServerNode): Promise<void>;
  /** Ends it as a power cut does, with all its children. */
  kill(node: ServerNode): Promise<void>;
  /** Its replicas get nothing more of what it writes, as by a network that has filled up. Until it ends. */
  holdBack(node: ServerNode): void;
  /** One primary, two replicas that stream from it: undefined while it is anything else. */
  roles(): Promise<
    { readonly primary: ServerNode; readonly replicas: readonly ServerNode[] } | undefined
  >;
  stop(): Promise<void>;
}

export const passwords = { tocsin: 'tocsin-password', shop: 'shop-password' } as const;

/** A primary, made once for all sets of a file: each gets copies of its folder. */
let template: Promise<string> | undefined;
const folders: string[] = [];

export async function startPostgresSet(): Promise<PostgresSet> {
  template ??= makeTemplate();
  const from = await template;
  const folder = ownFolder('tocsin-postgres-');
  const ports = await freePorts(3);
  const nodes = ports.map((port, index) => ({
    name: `db-${index + 1}`,
    port,
    data: join(folder, `db-${index + 1}`),
  }));
  const [first] = nodes;
  if (!first) throw new Error('there are three nodes');
  for (const node of nodes) {
    await run('cp', ['-a', from, node.data]);
    appendFileSync(join(node.data, 'postgresql.conf'), `port = ${node.port}\n`);
    if (node === first) continue;
    own(join(node.data, 'standby.signal'), '');
    const conninfo = `host=127.0.0.1 port=${first.port} user=replicator application_name=${node.name}`;
    appendFileSync(join(node.data, 'postgresql.conf'), `primary_conninfo = '${conninfo}'\n`);
  }
  const start = async (node: ServerNode): Promise<void> => {
    await pg('pg_ctl', '-D', node.data, '-l', join(node.data, 'log'), '-w', 'start');
  };
  await start(first);
  await Promise.all(nodes.slice(1).map(start));
  await eventually('both replicas stream', async () => {
    const [row] = await ask(first, streaming);
    return row?.['n'] === 2;
  });
  return {
    nodes,
    config: configOf(nodes),
    ask,
    start,
    async kill({ data }) {
      const pid = postmasterOf(data);
      for (const each of [pid, ...childrenOf(data)]) signal(each);
      await eventually('it is gone', () => !isAlive(pid));
      rmSync(join(data, 'postmaster.pid'), { force: true });
    },
    holdBack({ data }) {
      for (const pid of childrenOf(data, 'walsender')) process.kill(pid, 'SIGSTOP');
    },
    async roles() {
      const standby = await Promise.all(
        nodes.map((node) =>
          ask(node, 'SELECT pg_is_in_recovery() AS standby').then(
            ([row]) => row?.['standby'] === true,
            () => undefined,
          ),
        ),
      );
      const [primary, ...more] = nodes.filter((_, index) => standby[index] === false);
      const replicas = nodes.filter((_, index) => standby[index] === true);
      if (!primary || more.length > 0 || replicas.length !== 2) return undefined;
      const [row] = await ask(primary, streaming);
      return row?.['n'] === 2 ? { primary, replicas } : undefined;
    },
    async stop() {
      await Promise.all(
        nodes.map(({ data }) =>
          pg('pg_ctl', '-D', data, '-m', 'immediate', 'stop').catch(() => undefined),
        ),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** After the last set of a file. */
export function forgetTemplate(): void {
  template = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

async function ask(
  { port }: ServerNode,
  sql: string,
  database = 'shop',
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'operator',
    database,
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}

/** The user Tocsin has the rights of its page, and none more. */
async function makeTemplate(): Promise<string> {
  const folder = ownFolder('tocsin-postgres-template-');
  const data = join(folder, 'data');
  await pg('initdb', '--no-sync', '--wal-segsize=1', '-U', 'operator', '-A', 'trust', '-D', data);
  const [port = 0] = await freePorts(1);
  appendFileSync(join(data, 'postgresql.conf'), settings);
  writeFileSync(join(data, 'pg_hba.conf'), hba);
  await pg('pg_ctl', '-D', data, '-l', join(data, 'log'), '-w', '-o', `-p ${port}`, 'start');
  await ask({ name: '', port, data }, 'CREATE DATABASE shop', 'postgres');
  const node = { name: '', port, data };
  for (const statement of roles) await ask(node, statement);
  await pg('pg_ctl', '-D', data, '-m', 'fast', '-w', 'stop');
  return data;
}

const streaming = `SELECT count(*)::int AS n FROM pg_stat_replication WHERE state = 'streaming'`;

const settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
wal_log_hints = on
wal_keep_size = 64MB
max_wal_senders = 10
shared_buffers = 16MB
wal_receiver_status_interval = 1s
wal_retrieve_retry_interval = 200ms
logging_collector = off
`;

const hba = `
host all operator 127.0.0.1/32 trust
host replication replicator 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`;

export const roles = [
  'CREATE ROLE replicator LOGIN REPLICATION',
  `CREATE ROLE tocsin LOGIN PASSWORD '${passwords.tocsin}' IN ROLE pg_monitor, pg_checkpoint, pg_signal_backend`,
  'GRANT EXECUTE ON FUNCTION pg_promote, pg_stat_file(text, boolean), pg_reload_conf TO tocsin',
  'GRANT ALTER SYSTEM ON PARAMETER primary_conninfo, default_transaction_read_only TO tocsin',
  `CREATE ROLE shop LOGIN PASSWORD '${passwords.shop}'`,
  'CREATE TABLE rows (writer int, lane int, number int, PRIMARY KEY (writer, lane, number))',
  'GRANT ALL ON rows TO shop',
];

function configOf(nodes: readonly ServerNode[]): SetConfig {
  const [folder = ''] = nodes.map(({ data }) => dirname(data));
  const script = (verb: string) => [fenceScript, verb, join(folder, '{node}'), '{port}'];
  return {
    target: 'pg-main',
    nodes: nodes.map(({ name, port }) => ({ name, address: { host: '127.0.0.1', port } })),
    database: 'shop',
    admin: { user: 'tocsin', password: passwords.tocsin },
    application: { user: 'shop', password: passwords.shop },
    fence: {
      command: script('fence'),
      undo: script('undo'),
      status: script('status'),
      env: { PG_BIN: bin },
      timeoutMs: 30_000,
    },
    rejoin: {
      command: [...script('rejoin'), '{primary_port}'],
      env: { PG_BIN: bin },
      timeoutMs: 60_000,
    },
    repoint: [],
    timeoutMs: 3_000,
    catchUpMs: 15_000,
  };
}

function pg(command: string, ...args: readonly string[]) {
  return run(join(bin, command), [...args], { ...owner, cwd: '/' });
}

function ownFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  give(folder);
  folders.push(folder);
  return folder;
}

function own(path: string, text: string): void {
  writeFileSync(path, text);
  give(path);
}

function give(path: string): void {
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(path, owner.uid, owner.gid);
}

function ownerOf(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = ['postgres', 'nobody']
    .map((name) => lines.find((each) => each.startsWith(`${name}:`)))
    .find(Boolean);
  const [, , uid, gid] = (line ?? '').split(':').map(Number);
  return uid === undefined || gid === undefined ? {} : { uid, gid };
}

function postmasterOf(data: string): number {
  return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Processes of one server; those that call themselves so. */
function childrenOf(data: string, called = ''): readonly number[] {
  const parent = String(postmasterOf(data));
  const listed = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', parent], { encoding: 'utf8' });
  return listed
    .split('\n')
    .filter((line) => line.includes(called))
    .map((line) => Number.parseInt(line, 10))
    .filter(Boolean);
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** A process that has ended and was not waited for is still listed: its state says so. */
function isAlive(pid: number): boolean {
  try {
    statSync(`/proc/${pid}`);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
