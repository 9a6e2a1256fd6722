import { ProblemError, problem } from '../../../core/problem.ts';
import type { ByteServer } from '../connection.ts';
import { checkMemory, memoryIn } from './memory.ts';
import { carryInPieces, isDivisible } from './pieces.ts';
import { restoredKey } from './spare.ts';

/** How many keys are asked for at once, and how many bytes of them are under way: what of it lies in our memory. */
const scanKeys = 500;
const batchBytes = 4 * 1024 * 1024;
/** Tables of keys and of expiries are made anew at twice their size when they are full: so much for each key there is. */
const tableBytes = 32;
/** How often replicas are waited for after so many bytes, before it goes on without them. */
const paceTimes = 20;

export interface Filling {
  /** Loaded with the copy, and nobody writes to it. */
  readonly source: ByteServer;
  /** The database that is filled is selected in both. */
  readonly target: ByteServer;
  readonly replicas: number;
  /** How long they are waited for at a time, ms: less than an answer may take. */
  readonly paceMs: number;
  /** Told of so many more keys that are through. */
  readonly carried: (keys: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Carries every key of a database over with the moment when its time is over; one whose time is over already is left out.
 * https://redis.io/docs/latest/commands/dump/ https://redis.io/docs/latest/commands/restore/
 */
export async function fill(filling: Filling): Promise<void> {
  const { source, target, signal } = filling;
  const understood = versionOf(await target.bytes('DUMP', restoredKey));
  let { replicas } = filling;
  let keysThere = 0;
  let ahead = 0;
  let cursor = '0';
  do {
    const [next, keys] = scanned(await source.bytes('SCAN', cursor, 'COUNT', String(scanKeys)));
    cursor = next;
    for (let at = 0; at < keys.length; ) {
      signal.throwIfAborted();
      const rows = await dumped(source, keys.slice(at));
      at += rows.length;
      keysThere += rows.length;
      const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
      const memory = memoryIn(String(await target.call('INFO', 'memory')));
      checkMemory(memory, 2 * bytes + keysThere * tableBytes, target.address);
      await carry(filling, rows, understood);
      filling.carried(rows.length);
      ahead += bytes;
      if (ahead < batchBytes) continue;
      replicas = await paced(filling, replicas);
      ahead = 0;
    }
  } while (cursor !== '0');
}

/** One key on its way. */
export interface Dumped {
  readonly key: Buffer;
  /** In the memory of the source; 0 for one whose time was over. */
  readonly bytes: number;
  /** Milliseconds since 1970, 0 for one that stays. */
  readonly expiry: string;
  /** Absent for one that is too large to be carried whole, which then stands alone. */
  readonly payload?: Buffer;
}

/**
 * Asked of the source in one go, as many of the keys as may be under way: their size (all of it is looked at, an estimate by
 * five fields says little of a large key), the moment their time is over, and what DUMP gives out.
 */
const dumping = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, sum, rows = tonumber(ARGV[1]), 0, {}
for at, key in ipairs(KEYS) do
  local bytes = redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0') or 0
  if at > 1 and sum + bytes > most then break end
  sum = sum + bytes
  local left = redis.call('PTTL', key)
  local expiry = '0'
  if left >= 0 then expiry = string.format('%.0f', now + left) end
  local payload = ''
  if bytes <= most then payload = redis.call('DUMP', key) or '' end
  rows[at] = { bytes, expiry, payload }
end
return rows`;

async function dumped(source: ByteServer, keys: readonly Buffer[]): Promise<readonly Dumped[]> {
  const words = [String(keys.length), ...keys, String(batchBytes)];
  const rows = await source.bytes('EVAL', dumping, ...words);
  return (Array.isArray(rows) ? rows : []).flatMap((row: unknown, at) => {
    const [bytes, expiry, payload] = Array.isArray(row) ? row : [];
    const key = keys[at];
    if (!key) return [];
    const whole = Buffer.isBuffer(payload) && payload.length > 0 ? { payload } : {};
    return [{ key, bytes: Number(bytes), expiry: String(expiry), ...whole }];
  });
}

async function carry(filling: Filling, rows: readonly Dumped[], understood: number): Promise<void> {
  const { source, target } = filling;
  await Promise.all(
    rows.map(async ({ key, bytes, expiry, payload }) => {
      if (payload) return restored(target, { key, expiry, payload, understood });
      if (bytes === 0) return;
      if (await isDivisible(source, key)) return carryInPieces(filling, { key, bytes, expiry });
      const whole = await source.bytes('DUMP', key);
      if (Buffer.isBuffer(whole))
        await restored(target, { key, expiry, payload: whole, understood });
    }),
  );
}

async function restored(
  target: ByteServer,
  {
    key,
    expiry,
    payload,
    understood,
  }: {
    readonly key: Buffer;
    readonly expiry: string;
    readonly payload: Buffer;
    readonly understood: number;
  },
): Promise<void> {
  const found = versionOf(payload);
  if (understood > 0 && found > understood) {
    const facts = { server: target.address, found, understood };
    throw new ProblemError(problem('REDIS_RESTORE_NEWER', facts));
  }
  await target.bytes('RESTORE', key, expiry, payload, 'REPLACE', 'ABSTTL');
}

/** The version of the format in what DUMP gives out: two bytes before its checksum of eight. */
export function versionOf(payload: unknown): number {
  if (!Buffer.isBuffer(payload) || payload.length < 10) return 0;
  return payload.readUInt16LE(payload.length - 10);
}

/**
 * What is sent faster than replicas take it piles up in the server, which cuts them off in the end. Answers how many kept up: one
 * that does not is not waited for again.
 */
async function paced({ target, paceMs, signal }: Filling, replicas: number): Promise<number> {
  let have = 0;
  for (let time = 0; have < replicas && time < paceTimes && !signal.aborted; time += 1) {
    have = Number(await target.call('WAIT', String(replicas), String(paceMs)));
  }
  return Math.min(have, replicas);
}

function scanned(answer: unknown): readonly [string, readonly Buffer[]] {
  const [cursor, keys] = Array.isArray(answer) ? answer : [];
  const found: readonly unknown[] = Array.isArray(keys) ? keys : [];
  return [String(cursor ?? '0'), found.filter((key) => Buffer.isBuffer(key))];
}
