import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostDoorPath } from '../../../src/bot/host-door.ts';
import { consoleClient, sessionOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { launch, tocsin } from '../../support/tocsin-process.ts';
import type { PostgresServer } from './postgres-server.ts';

/** A database `checkout` with about that much in one table, half of which can be compressed. */
export async function fill(server: PostgresServer, mebibytes: number): Promise<void> {
  await server.ask('CREATE DATABASE checkout');
  await server.ask('CREATE UNLOGGED TABLE orders (id bigint, what text, rest text)', 'checkout');
  // 145 bytes a row, with its header.
  const rows = mebibytes * 7_300;
  await server.ask(
    `INSERT INTO orders SELECT n, md5(n::text), repeat('x', 40) || md5((n * 7)::text) FROM generate_series(1, ${rows}) n`,
    'checkout',
  );
}

export interface Taken {
  readonly seconds: number;
  readonly bytes: number;
  /** Memory of the process before, and the most it had until it was through. */
  readonly before: number;
  readonly most: number;
}

/** Where it is kept. */
export interface Keeping {
  /** The rest of its entry, and what else the configuration says about it. */
  readonly entry: string;
  readonly more?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The text of the manifest, once it stands. */
  manifest(folder: string): string | undefined;
}

const inFolder: Keeping = {
  entry: 'to: ./backups',
  manifest(folder) {
    const place = join(folder, 'backups/checkout/production/database');
    const name = existsSync(place) && readdirSync(place).find((each) => each.endsWith('.json'));
    return name ? readFileSync(join(place, name), 'utf8') : undefined;
  },
};

/** The real program takes one backup of it, asked for in the console. */
export async function take(server: PostgresServer, keeping: Keeping = inFolder): Promise<Taken> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-large-'));
  try {
    const file = join(folder, 'tocsin.yaml');
    const journal = join(folder, 'tocsin.db');
    writeFileSync(file, configuration(server, journal, keeping));
    const bot = await launch({ argv: [tocsin, 'start', '--config', file], env: keeping.env ?? {} });
    try {
      const client = consoleClient(
        () => bot.urls.console,
        await sessionOf(hostDoorPath(journal), 'ana'),
      );
      // What is loaded on the first use is there, and the last growth of it is over.
      await client.says('', 'backups checkout env=production');
      // The most of what was needed to start is forgotten.
      writeFileSync(`/proc/${bot.pid}/clear_refs`, '5');
      const before = memoryOf(bot.pid, 'VmRSS');
      const began = performance.now();
      await client.says('', 'backup checkout database env=production');
      const manifest = await eventually('its manifest stands', () => keeping.manifest(folder), {
        withinMs: 900_000,
      });
      const seconds = (performance.now() - began) / 1000;
      const most = memoryOf(bot.pid, 'VmHWM');
      const { artefact } = JSON.parse(manifest).manifest;
      return { seconds, bytes: Number(artefact.bytes), before, most };
    } finally {
      await bot.signal('SIGTERM');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html and, for `clear_refs`, proc_pid_clear_refs.5.html */
function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`${what}:\\s+(\\d+) kB`).exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  );
  return Number(found?.[1]) * 1024;
}

function configuration(
  { port, programs }: PostgresServer,
  journal: string,
  { entry, more = '' }: Keeping,
): string {
  return `version: 1
server:  { listen: 127.0.0.1:0 }
metrics: { listen: 127.0.0.1:0 }
console: { listen: 127.0.0.1:0 }
journal: { path: ${journal} }
people: [ { id: ana } ]
groups: { sre: { members: [ana] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { database: { postgres: pg-main } } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { verb: backup }, requesters: [sre], approvals: [] }
targets:
  pg-main:
    postgres:
      nodes: { one: { address: "127.0.0.1:${port}" } }
      username: admin
      application: { username: app }
      programs: ${programs}
backups:
  - { service: checkout, what: database, database: checkout, ${entry} }
${more}`;
}
