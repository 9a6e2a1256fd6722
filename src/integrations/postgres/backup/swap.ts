import { setTimeout as wait } from 'node:timers/promises';
import { ProblemError, problem } from '../../../core/problem.ts';
import type { DumpPlace } from './place.ts';
import { openSession, type Session } from './question.ts';

/** Databases of one server, by name; every one of them is another state of the same data. */
export interface Swap {
  readonly current: string;
  /** What was restored, and takes the name of `current`. */
  readonly next: string;
  /** The name that `current` gets: it is kept. */
  readonly aside: string;
}

/** From another database of the server: the one that is renamed takes no connections meanwhile. */
export async function besideDatabase<T>(
  place: DumpPlace,
  task: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession({
    ...place,
    database: place.database === 'postgres' ? 'template1' : 'postgres',
  });
  try {
    return await task(session);
  } finally {
    await session.end();
  }
}

/** The object ids of those that there are. */
export function databasesAt(
  place: DumpPlace,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return besideDatabase(place, async (session) => {
    const rows = await session.ask(
      'SELECT datname AS name, oid::text AS id FROM pg_database WHERE datname = ANY($1)',
      [listOf(names)],
    );
    return new Map(rows.map(({ name, id }) => [String(name), String(id)]));
  });
}

/** An empty database of that name, whose owner is that of the one at the place, or we; one that was left half-way is dropped. */
export function createEmpty(
  place: DumpPlace,
  name: string,
  owner: 'as there' | 'we' = 'as there',
): Promise<void> {
  return besideDatabase(place, async (session) => {
    await session.ask('SET statement_timeout = 0');
    await session.ask(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`);
    const owned = owner === 'we' ? '' : ` OWNER ${quoted(await ownerOf(session, place.database))}`;
    await session.ask(`CREATE DATABASE ${quoted(name)} TEMPLATE template0 ENCODING 'UTF8'${owned}`);
  });
}

export function dropDatabase(place: DumpPlace, name: string): Promise<void> {
  return besideDatabase(place, async (session) => {
    await session.ask('SET statement_timeout = 0');
    await session.ask(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`);
  });
}

/**
 * Both names change in one transaction, or neither does. Renaming locks the database against new connections and waits some seconds
 * for those that there are to end, which a second session sees to: nothing has to be switched off that a crash would leave off.
 * https://www.postgresql.org/docs/current/sql-alterdatabase.html
 */
export function swapDatabases(
  place: DumpPlace,
  swap: Swap,
  oid: string,
): Promise<'swapped' | 'moved'> {
  const [current, next, aside] = [swap.current, swap.next, swap.aside].map(quoted);
  return besideDatabase(place, async (session) => {
    const known = await databasesAt(place, [swap.current, swap.next, swap.aside]);
    if (known.get(swap.current) !== oid || known.has(swap.aside) || !known.has(swap.next)) {
      return 'moved';
    }
    await session.ask('SET statement_timeout = 20000');
    await session.ask('BEGIN');
    const state = { renamed: false };
    const renaming = session.ask(`ALTER DATABASE ${current} RENAME TO ${aside}`).finally(() => {
      state.renamed = true;
    });
    await Promise.all([renaming, endSessions(place, [swap.current, swap.next], state)]);
    await session.ask(`ALTER DATABASE ${next} RENAME TO ${current}`);
    await session.ask('COMMIT');
    return 'swapped';
  });
}

/** Whoever is connected is let go, until the name has changed. */
async function endSessions(
  place: DumpPlace,
  names: readonly string[],
  state: { readonly renamed: boolean },
): Promise<void> {
  await besideDatabase(place, async (session) => {
    while (!state.renamed) {
      await session.ask(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1)',
        [listOf(names)],
      );
      await wait(100);
    }
  });
}

async function ownerOf(session: Session, database: string): Promise<string> {
  const [row] = await session.ask(
    'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
    [database],
  );
  if (!row) {
    throw new ProblemError(
      problem('POSTGRES_BACKUP_REFUSED', { place: database, why: 'there is no such database' }),
    );
  }
  return String(row['owner']);
}

/** An array as text: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-INPUT */
function listOf(names: readonly string[]): string {
  return `{${names.map((name) => JSON.stringify(name)).join(',')}}`;
}

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
