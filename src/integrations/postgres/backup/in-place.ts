import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Content } from '../../../core/backup/manifest.ts';
import type { Copy, InPlace } from '../../../core/ports/backup.ts';
import type { Running } from '../../../core/ports/programs.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { customEncoding } from './dump.ts';
import { withEnvironment } from './environment.ts';
import { majorIn, type Reach } from './kind.ts';
import type { DumpPlace } from './place.ts';
import { programFor } from './programs.ts';
import { openSession, type Session } from './question.ts';
import { besideDatabase, databasesAt } from './swap.ts';

/** Over what is in use, in one transaction: until it is committed everybody sees what was there, or waits for it. */
export function inPlaceAt(reach: Reach): InPlace {
  return {
    async place(wanted, { encoding, says }) {
      if (encoding !== customEncoding) {
        const why = `It is kept as ${encoding}; only what ${customEncoding} made can be put over what is there.`;
        throw new ProblemError(problem('RESTORE_NOT_IN_PLACE', { why }));
      }
      const place = await reach.place(wanted);
      const { database } = place;
      const known = await databasesAt(place, [database]);
      return {
        identity: known.get(database) ?? '',
        interrupts: `every connection to ${database}; who comes back waits until it is done`,
        // What is dropped leaves the disk only when the transaction is over.
        needs: `about ${says} more on the disk of the server until it is done`,
      };
    },
    async trace(wanted, { counts }) {
      const place = await reach.place(wanted);
      return within(place, async (session) => {
        for (const name of Object.keys(counts).toSorted()) {
          const id = await idOf(session, name);
          if (id !== undefined) return `${id} ${name}`;
        }
        return '';
      });
    },
    async isDone(wanted, { counts }, { mark, trace }) {
      const place = await reach.place(wanted);
      await endLeft(place, mark);
      return within(place, async (session) => {
        const [was = '', ...name] = trace.split(' ');
        if (was !== '') return (await idOf(session, name.join(' '))) !== was;
        const ids = await Promise.all(Object.keys(counts).map((each) => idOf(session, each)));
        return ids.some((id) => id !== undefined);
      });
    },
    async restore(copy, wanted, how, signal) {
      await restoreOver(reach, copy, { ...how, place: await reach.place(wanted), signal });
    },
  };
}

interface Over {
  readonly place: DumpPlace;
  readonly mark: string;
  readonly content: Content;
  readonly judge: (held: Content) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * `pg_restore` writes SQL and `psql` runs it, so that the rows can be counted before it is committed; where `psql` ends before
 * that, because of us or of anybody, the server takes all of it back. What names of objects hold cannot make `psql` run
 * commands of its own: https://www.postgresql.org/docs/current/app-psql.html, `\restrict`.
 */
async function restoreOver(reach: Reach, copy: Copy, over: Over): Promise<void> {
  const { place, mark } = over;
  const major = majorIn(copy.server);
  const [restore, psql] = [
    await programFor(reach, 'pg_restore', major),
    await programFor(reach, 'psql', major),
  ];
  const key = randomBytes(16).toString('hex');
  const ending = new AbortController();
  const signal = AbortSignal.any([over.signal, ending.signal]);
  const dump = reach.programs.start({
    path: restore.path,
    args: ['--clean', '--if-exists', '--file=-', `--restrict-key=${key}`],
    input: copy.bytes,
    signal,
  });
  const state = { isOver: false };
  let blocked: unknown;
  const clearing = clearTheWay(place, mark, state).catch((error: unknown) => {
    blocked = error;
    ending.abort();
  });
  try {
    await withEnvironment(place, async ({ env, secrets }) => {
      const heard = listen();
      const running = reach.programs.start({
        path: psql.path,
        args: [
          ...['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--no-password'],
          ...['--set=ON_ERROR_STOP=1', `--dbname=${place.database}`],
        ],
        env: { ...env, PGAPPNAME: mark },
        ...(secrets && { secrets }),
        input: script({ dump, key, heard, over }),
        signal,
      });
      await Promise.all([heard.from(running.output), running.ended]);
    });
  } catch (error) {
    throw blocked ?? error;
  } finally {
    state.isOver = true;
    ending.abort();
    await Promise.allSettled([dump.ended, clearing]);
  }
}

/** All that `psql` is told, in order: a step waits for the answer to the one before it where that decides. */
async function* script({
  dump,
  key,
  heard,
  over: { content, judge },
}: {
  readonly dump: Running;
  readonly key: string;
  readonly heard: Heard;
  readonly over: Over;
}): AsyncIterable<Uint8Array> {
  const mark = `tocsin ${key}`;
  yield Buffer.from(`BEGIN;\n${dropTables}\n`);
  yield* dump.output;
  // What it wrote is whole only if it ended well.
  await dump.ended;
  const names = Object.keys(content.counts);
  for (const [index, name] of names.entries()) {
    yield Buffer.from(`\nSELECT '${mark}', ${index}, count(*) FROM ${name};\n`);
  }
  yield Buffer.from(`SELECT '${mark}', 'all', 0;\n`);
  const answers = await heard.until(mark);
  if (!answers) return;
  const counts = Object.fromEntries(
    names.map((name, index) => [name, answers.get(String(index)) ?? -1]),
  );
  await judge({ counts, uncounted: 0 });
  yield Buffer.from('COMMIT;\n');
}

type Heard = ReturnType<typeof listen>;

/** What `psql` answers, as far as it is an answer to us. */
function listen() {
  const lines: string[] = [];
  let isOver = false;
  let wake = (): void => undefined;
  return {
    async from(output: AsyncIterable<Uint8Array>): Promise<void> {
      const decoder = new TextDecoder();
      let rest = '';
      try {
        for await (const chunk of output) {
          const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
          rest = parts.pop() ?? '';
          lines.push(...parts.filter((line) => line.startsWith('tocsin ')));
          wake();
        }
      } finally {
        isOver = true;
        wake();
      }
    },
    /** Undefined where it ended before: it says itself why. */
    async until(mark: string): Promise<ReadonlyMap<string, number> | undefined> {
      for (;;) {
        const answers = lines.map((line) => line.split('|')).filter(([said]) => said === mark);
        const known = new Map(answers.map(([, what = '', count]) => [what, Number(count)]));
        if (known.has('all')) return known;
        if (isOver) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Tables that came since would stand beside what was restored, or stand in its way. */
const dropTables = `DO $tocsin$ DECLARE t record; BEGIN
  FOR t IN SELECT n.nspname AS s, c.relname AS n, c.relkind = 'f' AS f
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
      AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  LOOP
    EXECUTE format('DROP %s IF EXISTS %I.%I CASCADE', CASE WHEN t.f THEN 'FOREIGN TABLE' ELSE 'TABLE' END, t.s, t.n);
  END LOOP; END $tocsin$;`;

/** Whoever is connected is let go; afterwards only who stands in the way of the restore. */
async function clearTheWay(
  place: DumpPlace,
  mark: string,
  state: { readonly isOver: boolean },
): Promise<void> {
  await besideDatabase(place, async (session) => {
    const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = $1 AND application_name <> $2 AND pid <> pg_backend_pid()`;
    await session.ask(others, [place.database, mark]);
    while (!state.isOver) {
      await session.ask(
        `${others} AND pid IN (SELECT unnest(pg_blocking_pids(a.pid)) FROM pg_stat_activity a
           WHERE a.datname = $1 AND a.application_name = $2)`,
        [place.database, mark],
      );
      await wait(200);
    }
  });
}

/** How long what a dead process has left takes to be taken back. */
const leftMs = 15_000;

/** Its program may still be at work; what it has not committed is taken back. */
async function endLeft(place: DumpPlace, mark: string): Promise<void> {
  await besideDatabase(place, async (session) => {
    const until = performance.now() + leftMs;
    for (;;) {
      const left = await session.ask(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
        [mark],
      );
      if (left.length === 0) return;
      if (performance.now() > until) {
        const why = 'a restore that was begun before is still at work';
        throw new ProblemError(problem('POSTGRES_BACKUP_REFUSED', { place: place.database, why }));
      }
      await wait(100);
    }
  });
}

async function within<T>(place: DumpPlace, task: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(place);
  try {
    return await task(session);
  } finally {
    await session.end();
  }
}

/** `public.orders` → its object id. */
async function idOf(session: Session, name: string): Promise<string | undefined> {
  const [row] = await session.ask('SELECT to_regclass($1)::oid::text AS id', [name]);
  return row?.['id'] === null ? undefined : String(row?.['id']);
}
