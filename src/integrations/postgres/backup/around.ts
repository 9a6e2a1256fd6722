import type { Content } from '../../../core/backup/manifest.ts';
import { contentOf, type Session } from './question.ts';

/** What a database held at one moment, and how many rows were ever written to and taken from each table before it. */
export interface Sample {
  readonly content: Content;
  readonly written: ReadonlyMap<string, Written>;
}

interface Written {
  readonly added: number;
  readonly removed: number;
}

/** Nobody can ask the state in which a copy of a server ends: it is asked before and after, and who wrote how much. */
export async function sampleOf(session: Session, query: string | undefined): Promise<Sample> {
  const written = await writtenIn(session);
  await session.ask('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const content = await contentOf(session, query);
    return { content, written };
  } finally {
    await session.ask('ROLLBACK').catch(() => undefined);
  }
}

/**
 * The fewest and the most rows that a table can have had in between. Where rows before, with those that were added and without
 * those that were removed, make the rows after, no more than these came and went. Where they do not (a TRUNCATE counts none, a
 * transaction that was taken back counts all), it may have been empty for a while.
 */
export function contentAround(
  before: Sample,
  after: Sample,
  last: ReadonlyMap<string, Written>,
): Content {
  const counts: Record<string, number> = {};
  const atMost: Record<string, number> = {};
  const names = Object.keys({ ...before.content.counts, ...after.content.counts });
  for (const name of names) {
    const [then = 0, now = 0] = [before.content.counts[name], after.content.counts[name]];
    const [first, second] = [before.written.get(name), last.get(name)];
    const added = Math.max(0, (second?.added ?? 0) - (first?.added ?? 0));
    const removed = Math.max(0, (second?.removed ?? 0) - (first?.removed ?? 0));
    const isExplained = then + added - removed === now;
    counts[name] = isExplained ? Math.max(0, then - removed) : 0;
    atMost[name] = Math.max(then + added, now + removed);
  }
  const { query: asked } = before.content;
  const isSame = asked !== undefined && asked.answered === after.content.query?.answered;
  return {
    counts,
    atMost,
    uncounted: Math.max(before.content.uncounted, after.content.uncounted),
    // An answer that changed meanwhile can be held against nothing.
    ...(isSame && { query: asked }),
  };
}

/** https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ALL-TABLES-VIEW */
export async function writtenIn(session: Session): Promise<ReadonlyMap<string, Written>> {
  const rows = await session.ask(
    `SELECT format('%I.%I', schemaname, relname) AS name, n_tup_ins AS added, n_tup_del AS removed
     FROM pg_stat_user_tables`,
  );
  return new Map(
    rows.map(({ name, added, removed }) => [
      String(name),
      { added: Number(added), removed: Number(removed) },
    ]),
  );
}
