import type { Redis } from 'ioredis';

/** Keys that replicas have as well, which those of DEBUG POPULATE are not. */
export async function filledWith(client: Redis, keys: number, bytes: number): Promise<void> {
  const script =
    "for i = 1, ARGV[1] do redis.call('SET', 'key:' .. i, string.rep('x', ARGV[2])) end";
  await client.eval(script, 0, keys, bytes);
}

/** Of every type, small and larger than what is carried whole, with bytes that are no text. */
export async function fillWithEverything(client: Redis): Promise<void> {
  const large = Buffer.alloc(60_000, 0xfe);
  const names = Array.from({ length: 100 }, (_, at) => `${at}`.padEnd(60_000, 'x'));
  await client.set('string', 'ü');
  await client.set(Buffer.from([0xff, 0x00, 0x0d, 0x0a]), Buffer.from([0x80, 0x00]));
  await client.set('for a day', 'x', 'PX', 86_400_123);
  await client.rpush('list', 'a', 'b', 'c');
  await client.hset('hash', { field: 'value' });
  await client.sadd('set', 'a', '1');
  await client.zadd('zset', '0.1', 'a', '+inf', 'b', '-1e-7', 'c');
  await client.xadd('stream', '1-1', 'field', 'value');
  await client.xgroup('CREATE', 'stream', 'group', '0');
  await client.xreadgroup('GROUP', 'group', 'reader', 'STREAMS', 'stream', '>');
  await client.setrange('big string', 5_000_000, 'end');
  for (const name of names) {
    await client.rpush('big list', `${name}`);
    await client.hset('big hash', name.slice(0, 20), large);
    await client.sadd('big set', name);
    await client.zadd('big zset', `${Math.PI * name.length}`, name);
  }
  await client.expire('big zset', 86_400);
}

/** What stands in each key, whatever it is kept as. */
export async function digestsOf(
  client: Redis,
  database: number,
  wanted: (key: string) => boolean = () => true,
): Promise<Map<string, string>> {
  await client.select(database);
  const keys = (await client.keysBuffer('*')).filter((key) => wanted(key.toString('latin1')));
  const digests = await Promise.all(
    keys.map(async (key) => {
      const [digest] = (await client.call('DEBUG', ['DIGEST-VALUE', key])) as string[];
      return [key.toString('latin1'), String(digest)] as const;
    }),
  );
  await client.select(0);
  return new Map(digests);
}

export async function keysOf(client: Redis, database: number): Promise<readonly string[]> {
  const [, keys] = (await client.multi().select(database).keys('*').select(0).exec()) ?? [];
  return Array.isArray(keys?.[1]) ? keys[1].map(String) : [];
}

export async function sizeOf(client: Redis, database: number): Promise<number> {
  const [, size] = (await client.multi().select(database).dbsize().select(0).exec()) ?? [];
  return Number(size?.[1]);
}
