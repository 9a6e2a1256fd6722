import { ProblemError, problem } from '../../../core/problem.ts';
import type { Server } from '../connection.ts';
import { readReplication } from '../replication.ts';
import { beforeKey, filledIn, type Pair, restoredKey, type SpareName } from './spare.ts';

/** What stands in the spare databases of one restore. */
export type SpareState = 'empty' | 'half' | 'restored' | 'before' | 'other';

/** Of each of them, in their order. */
export async function sparesOf(
  server: Server,
  { mark, pairs }: Pick<SpareName, 'mark' | 'pairs'>,
): Promise<readonly SpareState[]> {
  const filled = new Set(filledIn(String(await server.call('INFO', 'keyspace'))));
  const states: SpareState[] = [];
  for (const { spare } of pairs) {
    await server.call('SELECT', String(spare));
    const [restored, before] = [
      await server.call('GET', restoredKey),
      await server.call('GET', beforeKey),
    ];
    if (restored === `${mark} whole`) states.push('restored');
    else if (restored === `${mark} half`) states.push('half');
    else if (before === mark) states.push('before');
    else states.push(filled.has(spare) ? 'other' : 'empty');
  }
  return states;
}

/** Takes empty databases for this restore. Rejects where one of them is not. */
export async function claim(server: Server, { mark, pairs }: SpareName): Promise<void> {
  for (const { spare } of pairs) {
    await server.call('SELECT', String(spare));
    const answer = await server.call('SET', restoredKey, `${mark} half`, 'NX');
    const keys = Number(await server.call('DBSIZE'));
    if (answer === 'OK' && keys === 1) continue;
    if (answer === 'OK') await server.call('DEL', restoredKey);
    throw new ProblemError(
      problem('REDIS_RESTORE_SPARE_TAKEN', { server: server.address, database: `db${spare}` }),
    );
  }
}

/** All keys are there: from now on it may change places. */
export async function declareWhole(server: Server, { mark, pairs }: SpareName): Promise<void> {
  for (const { spare } of pairs) {
    await server.call('SELECT', String(spare));
    await server.call('SET', restoredKey, `${mark} whole`, 'XX');
  }
}

/**
 * Empties what this restore has filled, and nothing else: the mark is watched, so that a database that changed places in between, and
 * with it the mark, is left alone. https://redis.io/docs/latest/develop/using-commands/transactions/
 */
export async function clear(server: Server, { mark, pairs }: SpareName): Promise<void> {
  for (const { spare } of pairs) {
    await server.call('SELECT', String(spare));
    await server.call('WATCH', restoredKey);
    const found = String((await server.call('GET', restoredKey)) ?? '');
    if (found.split(' ')[0] === mark) {
      await transaction(server, [['FLUSHDB', 'ASYNC']]);
    } else {
      await server.call('UNWATCH');
    }
  }
}

/**
 * All databases change places in one transaction, and their marks with them: whoever asks in between sees all of it or
 * nothing, and a second one finds no mark and is refused. Clients stay connected and see the other keys at once.
 * https://redis.io/docs/latest/commands/swapdb/
 */
export async function exchange(
  server: Server,
  { mark, pairs }: SpareName,
  identity: string,
): Promise<'swapped' | 'moved'> {
  for (const { spare } of pairs) {
    await server.call('SELECT', String(spare));
    await server.call('WATCH', restoredKey);
    if ((await server.call('GET', restoredKey)) !== `${mark} whole`) return 'moved';
  }
  if ((await identityOf(server, pairs)) !== identity) return 'moved';
  const done = await transaction(
    server,
    pairs.flatMap(({ used, spare }) => [
      ['SWAPDB', String(used), String(spare)],
      ['SELECT', String(used)],
      ['DEL', restoredKey],
      ['SELECT', String(spare)],
      ['SET', beforeKey, mark],
    ]),
  );
  return done ? 'swapped' : 'moved';
}

/**
 * The master that has it, and which other databases are in use by now. A master that was promoted since may lack what
 * another one had restored, and a database that came into use would stay as it is beside those of another time.
 */
export async function identityOf(server: Server, pairs: readonly Pair[]): Promise<string> {
  const { runId, role } = await readReplication(server);
  const own = new Set(pairs.flatMap(({ used, spare }) => [used, spare]));
  const more = (await inUse(server)).filter((each) => !own.has(each));
  return [runId, ...(role === 'master' ? [] : [role]), ...more.map((each) => `db${each}`)].join(
    ' ',
  );
}

/** Databases that hold keys, without those that restores have made or kept. */
export async function inUse(server: Server): Promise<readonly number[]> {
  const found: number[] = [];
  for (const each of filledIn(String(await server.call('INFO', 'keyspace')))) {
    await server.call('SELECT', String(each));
    if (Number(await server.call('EXISTS', restoredKey, beforeKey)) === 0) found.push(each);
  }
  return found;
}

/** False where something that was watched has changed: nothing of it was done then. */
async function transaction(
  server: Server,
  commands: readonly (readonly string[])[],
): Promise<boolean> {
  await server.call('MULTI');
  for (const [command = '', ...words] of commands) await server.call(command, ...words);
  const answers = await server.call('EXEC');
  if (!Array.isArray(answers)) return false;
  const fault = answers.find((each) => each instanceof Error);
  if (fault === undefined) return true;
  const facts = { server: server.address, command: 'EXEC', why: String(fault) };
  throw new ProblemError(problem('REDIS_NO_ANSWER', facts));
}
