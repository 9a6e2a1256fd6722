import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { commandOf } from '../../provision/command.ts';
import { eventually } from '../../support/eventually.ts';

export interface PostgresServer {
  readonly port: number;
  /** Where its programs are. */
  readonly programs: string;
  /** As its superuser. */
  ask(sql: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** A session that stays open: a transaction, a lock. */
  session(database?: string): Promise<pg.Client>;
  stop(): Promise<void>;
}

/** One PostgreSQL on a free port, with a user `app` whose password is `s3cret`, as whoever may run one. */
export async function startPostgres(
  more: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const programs = dirname(realpathSync(commandOf('postgres')));
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-pg-'));
  if (user) {
    execFileSync('chown', [String(user.uid), folder]);
  }
  chmodSync(folder, 0o700);
  const made = join(folder, 'made');
  execFileSync(
    join(programs, 'initdb'),
    ['-D', made, '-U', 'admin', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8'],
    { stdio: 'pipe', cwd: folder, ...user },
  );
  const port = await freePort();
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    ...more,
  };
  const child: ChildProcess = spawn(
    join(programs, 'postgres'),
    [
      '-D',
      made,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { stdio: 'ignore', cwd: folder, ...user },
  );
  const clients: pg.Client[] = [];
  async function session(database = 'postgres'): Promise<pg.Client> {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'admin', database });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  }
  async function ask(sql: string, database?: string) {
    const client = await session(database);
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
      clients.splice(clients.indexOf(client), 1);
    }
  }
  await eventually('PostgreSQL answers', () =>
    ask('SELECT 1').then(
      () => true,
      () => false,
    ),
  );
  await ask("CREATE ROLE app LOGIN PASSWORD 's3cret'");
  return {
    port,
    programs,
    ask,
    session,
    async stop() {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
      child.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A folder that the server may write to. */
export function giveToServer(folder: string): void {
  const user = unprivileged();
  if (user) chownSync(folder, user.uid, user.gid);
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (what: string) =>
    Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }).trim());
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
