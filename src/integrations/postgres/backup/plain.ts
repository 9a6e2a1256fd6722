import { randomBytes } from 'node:crypto';
import type { Copy } from '../../../core/ports/backup.ts';
import { withEnvironment } from './environment.ts';
import { majorIn } from './kind.ts';
import { notWhole, unpacked } from './packed.ts';
import type { DumpPlace } from './place.ts';
import { programFor, type Tools } from './programs.ts';
import { openSession, type Session } from './question.ts';
import { quoted } from './swap.ts';

/** The first line of ours: a comment to whoever restores it by hand as well. */
const preface = '-- tocsin: the roles that owners and rights in it name: ';
/** https://www.postgresql.org/docs/current/app-pgdump.html; since 15.14 one line stands behind it. */
const lastWords = '-- PostgreSQL database dump complete';
const tailBytes = 1_024;
const rolesMaxBytes = 1024 * 1024;

/**
 * A dump as SQL, behind a line with the roles that have to be there: an owner that is not makes the whole restore fail.
 * `pg_shdepend` knows them all but the one that made the cluster: https://www.postgresql.org/docs/current/catalog-pg-shdepend.html
 */
export async function withPreface(
  sql: AsyncIterable<Uint8Array>,
  session: Session,
): Promise<AsyncIterable<Uint8Array>> {
  const rows = await session.ask(
    `SELECT rolname AS name FROM pg_roles r WHERE r.oid = 10 OR EXISTS (
       SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
         AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) ORDER BY 1`,
  );
  const line = Buffer.from(`${preface}${JSON.stringify(rows.map(({ name }) => String(name)))}\n`);
  async function* both() {
    yield line;
    yield* sql;
  }
  return both();
}

/** Reads it to the words that stand at its end. */
export async function readPlain(copy: Copy, signal: AbortSignal): Promise<void> {
  let tail = Buffer.alloc(0);
  for await (const chunk of unpacked(copy.bytes, 'gzip')) {
    signal.throwIfAborted();
    tail = Buffer.concat([tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes);
  }
  if (!tail.includes(lastWords)) throw notWhole('pg_dump', 'its last words are not there');
}

/** Restores it into an empty database. On a server that is thrown away the roles it needs are made first. */
export async function restorePlain(
  tools: Tools,
  copy: Copy,
  {
    place,
    signal,
    roles,
  }: {
    readonly place: DumpPlace;
    readonly signal: AbortSignal;
    readonly roles: 'made' | 'there';
  },
): Promise<void> {
  const { path } = await programFor(tools, 'psql', majorIn(copy.server));
  const sql = unpacked(copy.bytes, 'gzip');
  const args = [
    '--no-psqlrc',
    '--quiet',
    '--no-password',
    '--set=ON_ERROR_STOP=1',
    '--output=/dev/null',
    `--dbname=${place.database}`,
  ];
  const input = guarded(sql, async (names) => {
    if (roles === 'made') await makeRoles(place, names);
  });
  await withEnvironment(
    place,
    (environment) =>
      tools.programs.start({ path, args, ...environment, input, writes: 'words', signal }).ended,
  );
}

/** What stands at the beginning of a dump, before any name that somebody chose. */
const headBytes = 4_096;
/** https://www.postgresql.org/support/security/CVE-2025-8715/: since 15.14, 16.10 and 17.6 a dump shuts itself in. */
const shut = /^(--[^\n]*\n|\n)*\\restrict \w+\n/;

/**
 * Passes all of it on, once the roles of its first line are there. A name in a dump could make `psql` run commands: one that
 * does not keep it from that is shut in here; a `psql` that does not know how ends over it.
 */
async function* guarded(
  sql: AsyncIterable<Uint8Array>,
  make: (names: readonly string[]) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  async function* begun(whole: Buffer): AsyncGenerator<Uint8Array> {
    await make(rolesIn(whole.subarray(0, Math.max(0, whole.indexOf('\n'))).toString('utf8')));
    if (!shut.test(whole.toString('utf8'))) {
      yield Buffer.from(`\\restrict ${randomBytes(16).toString('hex')}\n`);
    }
    yield whole;
  }
  for await (const chunk of sql) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const needed = head.includes('\n') ? head.indexOf('\n') + headBytes : rolesMaxBytes;
    if (head.length < needed) continue;
    yield* begun(head);
    head = undefined;
  }
  if (head) yield* begun(head);
}

function rolesIn(line: string): readonly string[] {
  if (!line.startsWith(preface)) return [];
  try {
    const names: unknown = JSON.parse(line.slice(preface.length));
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}

async function makeRoles(place: DumpPlace, names: readonly string[]): Promise<void> {
  const session = await openSession(place);
  try {
    const rows = await session.ask('SELECT rolname AS name FROM pg_roles');
    const known = new Set(rows.map(({ name }) => String(name)));
    for (const name of names) {
      if (!known.has(name)) await session.ask(`CREATE ROLE ${quoted(name)}`);
    }
  } finally {
    await session.end();
  }
}
