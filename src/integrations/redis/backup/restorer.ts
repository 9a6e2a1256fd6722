import { sayBytes } from '../../../core/backup/estimate.ts';
import type { Content } from '../../../core/backup/manifest.ts';
import type { Restorer } from '../../../core/ports/backup.ts';
import type { Programs } from '../../../core/ports/programs.ts';
import type { Progress } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { createConnections, type Server, withServer, withSocket } from '../connection.ts';
import type { RedisConfig } from '../schema.ts';
import type { Member } from '../topology.ts';
import {
  claim,
  clear,
  declareWhole,
  exchange,
  identityOf,
  inUse,
  type SpareState,
  sparesOf,
} from './exchange.ts';
import { fill } from './filling.ts';
import { keysIn } from './keyspace.ts';
import { checkMemory, memoryIn } from './memory.ts';
import { restoredAt } from './place.ts';
import { serverFor } from './programs.ts';
import { kept, type Loaded, scratchRoom, whileLoaded, withFolder } from './scratch.ts';
import {
  filledIn,
  type Pair,
  type SpareName,
  saidDatabases,
  spareName,
  spareNamed,
} from './spare.ts';

/** Of our own server, which nobody else asks anything: a large key takes it a while. */
const scratchTimeoutMs = 60_000;
/** Spare databases are looked for downwards from here, where nobody looks first, and then upwards. */
const lastByDefault = 15;
const highestLooked = 63;

/**
 * Puts an RDB back beside what is in use: the server that takes it apart gives its keys to spare databases of the master,
 * and these change places with those in use. Replicas follow all of it.
 */
export function createRestorer(config: RedisConfig, programs: Programs): Restorer {
  const asking = createConnections(config, { forChanges: false });
  const changing = createConnections(config, { forChanges: true });
  const atMaster = async <T>(task: (server: Server, master: Member) => Promise<T>): Promise<T> => {
    const master = await restoredAt(config, changing);
    return changing.server(master.address, (server) => task(server, master));
  };
  return {
    async nameOf() {
      await restoredAt(config, asking);
      return config.target;
    },
    async place(_, { mark, content, bytes }) {
      const { address, name } = await restoredAt(config, asking);
      return asking.server(address, async (server) => {
        const memory = memoryIn(String(await server.call('INFO', 'memory')));
        checkMemory(memory, bytes, name);
        await checkScratch(bytes);
        const copied = Object.keys(content.atMost ?? content.counts);
        if (copied.some((each) => !/^db\d+$/.test(each))) {
          throw new ProblemError(problem('REDIS_RESTORE_CLUSTER', { target: config.target }));
        }
        const used = [
          ...new Set([
            ...(await inUse(server)),
            ...copied.map((each) => Number(each.replace('db', ''))),
          ]),
        ].sort((a, b) => a - b);
        const pairs = await pairsFor(server, used);
        const one = { mark, pairs };
        const room = `${sayBytes(memory.usedBytes)} of ${sayBytes(memory.mostBytes)} are used (${memory.most})`;
        return {
          next: spareName({ ...one, kind: 'restored' }),
          aside: spareName({ ...one, kind: 'before' }),
          identity: await identityOf(server, pairs),
          interrupts: `nobody is cut off: whoever uses ${saidDatabases(used)} sees the other keys at once, all of them in one moment`,
          needs: `about ${sayBytes(bytes)} more memory of ${name} and its replicas, until what is kept is dropped, and as much where Tocsin runs meanwhile; ${room}`,
        };
      });
    },
    identities: (_, names) =>
      atMaster(async (server) => {
        const spares = names.flatMap((name) => spareNamed(name) ?? []);
        const [first] = spares;
        const states = first ? await sparesOf(server, first) : [];
        const found = new Map<string, string>();
        for (const name of names) {
          const kind = spareNamed(name)?.kind;
          if (kind === undefined && name === config.target) {
            found.set(name, await identityOf(server, first?.pairs ?? []));
          } else if (kind && states.some((state) => isOf(kind, state))) found.set(name, kind);
        }
        return found;
      }),
    async into(copy, { name, say = () => undefined }, signal) {
      const spare = named(name);
      return withFolder(programs, async (folder) => {
        await atMaster((server) => clear(server, spare));
        const program = await serverFor(programs, copy.server);
        await kept(copy.bytes, folder, signal);
        say({ done: 0, of: 0, what: 'the copy is loaded by a server of its own' });
        return whileLoaded(programs, { folder, server: program.path, signal }, (loaded) =>
          inOurWords(config.target, () => filled(config, { spare, loaded, say, signal })),
        );
      });
    },
    swap: (_, { next }, identity) => atMaster((server) => exchange(server, named(next), identity)),
    drop: (_, name) => atMaster((server) => clear(server, named(name))),
  };
}

/** Every key of the copy in its spare database, counted; answers what the copy holds. */
async function filled(
  config: RedisConfig,
  {
    spare,
    loaded,
    say,
    signal,
  }: {
    readonly spare: SpareName;
    readonly loaded: Loaded;
    readonly say: (progress: Progress) => void;
    readonly signal: AbortSignal;
  },
): Promise<Content> {
  const connections = createConnections(config, { forChanges: true });
  const { address, replicas } = await restoredAt(config, connections);
  const others = filledIn(loaded.info).filter(
    (each) => !spare.pairs.some(({ used }) => used === each),
  );
  if (others.length > 0) {
    const found = saidDatabases(others);
    throw new ProblemError(problem('REDIS_RESTORE_MORE', { target: config.target, found }));
  }
  return withServer(config, { address, login: config.servers }, (target) =>
    withSocket(loaded.socket, { timeoutMs: scratchTimeoutMs }, async (source) => {
      await claim(target, spare);
      const paceMs = Math.min(500, Math.floor(config.timeoutMs / 2));
      const of = Object.values(keysIn(loaded.info)).reduce((sum, each) => sum + each, 0);
      let done = 0;
      const carried = (keys: number) => {
        done += keys;
        say({ done, of, what: 'keys are carried' });
      };
      for (const { used, spare: number } of spare.pairs) {
        await source.call('SELECT', String(used));
        await target.call('SELECT', String(number));
        await fill({ source, target, replicas: replicas.length, paceMs, carried, signal });
      }
      const info = String(await target.call('INFO', 'keyspace'));
      for (const pair of spare.pairs) checkKeys(pair, loaded.info, info);
      await declareWhole(target, spare);
      return { counts: keysIn(loaded.info), uncounted: 0 };
    }),
  );
}

/**
 * Keys that stay for ever have to be there to the last one, beside our mark; of those whose time comes some are gone by
 * now, and more of them there cannot be.
 */
function checkKeys({ used, spare }: Pair, source: string, target: string): void {
  const then = keysOf(source, used);
  const now = keysOf(target, spare);
  const lasting = now.keys - 1 - now.expires;
  if (lasting === then.keys - then.expires && now.expires <= then.expires) return;
  const why = `db${used} has ${then.keys} keys, ${then.expires} of them with an expiry, and db${spare} got ${now.keys - 1} and ${now.expires}`;
  throw new ProblemError(problem('REDIS_RESTORE_BROKE', { server: 'what was restored', why }));
}

function keysOf(info: string, database: number) {
  const line = new RegExp(`^db${database}:keys=(\\d+),expires=(\\d+)`, 'm').exec(info);
  return { keys: Number(line?.[1] ?? 0), expires: Number(line?.[2] ?? 0) };
}

/** Empty databases for those that are replaced. Rejects where the server has too few. */
async function pairsFor(server: Server, used: readonly number[]): Promise<readonly Pair[]> {
  const filledNow = filledIn(String(await server.call('INFO', 'keyspace')));
  const taken = new Set([...filledNow, ...used]);
  const upwards = Array.from({ length: highestLooked - lastByDefault }, (_, at) => at);
  const candidates = [
    ...Array.from({ length: lastByDefault + 1 }, (_, at) => lastByDefault - at),
    ...upwards.map((at) => lastByDefault + 1 + at),
  ];
  const found: number[] = [];
  for (const each of candidates) {
    if (found.length === used.length) break;
    if (!taken.has(each) && (await has(server, each))) found.push(each);
  }
  if (found.length < used.length) {
    const kept_ = filledNow.filter((each) => !used.includes(each));
    throw new ProblemError(
      problem('REDIS_RESTORE_NO_DATABASE', {
        server: server.address,
        needed: used.length,
        found: saidDatabases(found),
        kept: saidDatabases(kept_),
      }),
    );
  }
  return used.map((each, at) => ({ used: each, spare: found[at] ?? -1 }));
}

/** The copy is kept in a file and brought up in memory where we run, before any of it goes to the master. */
async function checkScratch(bytes: number): Promise<void> {
  const { place: store, roomBytes } = await scratchRoom();
  const needed = bytes * 1.5;
  if (roomBytes > needed) return;
  const facts = { store, free: sayBytes(roomBytes), needed: sayBytes(needed) };
  throw new ProblemError(problem('BACKUP_NO_ROOM', { ...facts, by: 'what it holds' }));
}

/** A server has so many as `databases` says; there is no asking for that without seeing its passwords. */
async function has(server: Server, database: number): Promise<boolean> {
  try {
    await server.call('SELECT', String(database));
    return true;
  } catch (error) {
    if (error instanceof ProblemError && /out of range/.test(String(error.problem.facts['why']))) {
      return false;
    }
    throw error;
  }
}

function isOf(kind: SpareName['kind'], state: SpareState): boolean {
  return kind === 'before' ? state === 'before' : state === 'half' || state === 'restored';
}

function named(name: string): SpareName {
  const found = spareNamed(name);
  if (!found) throw new TypeError(`no restore has the name ${name}`);
  return found;
}

/** What a server refuses while keys are carried changes no role and pauses nobody, as the words of failovers have it. */
async function inOurWords<T>(target: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof ProblemError) || !ofServers.has(error.problem.code)) throw error;
    const { server = target, command, why } = error.problem.facts;
    const facts = { server, why: `${command ? `${command}: ` : ''}${why}` };
    throw new ProblemError(problem('REDIS_RESTORE_BROKE', facts), { cause: error });
  }
}

const ofServers: ReadonlySet<string> = new Set([
  'REDIS_REFUSED',
  'REDIS_NO_ANSWER',
  'REDIS_UNREACHABLE',
]);
