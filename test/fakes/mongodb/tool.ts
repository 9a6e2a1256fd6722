import { readFileSync, statSync } from 'node:fs';
import { BSON, MongoClient } from 'mongodb';
import { parse } from 'yaml';

/*
 * Stands in for `mongodump` and `mongorestore`, which Debian does not have: it takes the options that are used of theirs and no other, logs
 * in as they do, and writes and reads the format of their specification.
 * https://www.mongodb.com/docs/database-tools/mongodump/ https://www.mongodb.com/docs/database-tools/mongorestore/
 * https://github.com/mongodb/mongo-tools/blob/master/common/archive/spec.md
 */

const [tool, ...args] = process.argv.slice(2);
const terminator = Buffer.alloc(4, 0xff);
const known: Readonly<Record<string, readonly string[]>> = {
  mongodump: ['--config', '--db', '--oplog', '--archive'],
  mongorestore: [
    ...['--config', '--nsInclude', '--nsFrom', '--nsTo', '--stopOnError'],
    ...['--archive'],
  ],
};

const options = new Map(
  args.map((arg) => {
    const [name = '', ...value] = arg.split('=');
    if (!known[tool ?? '']?.includes(name))
      fail(`error parsing command line options: unknown option "${name}"`);
    return [name, value.join('=')] as const;
  }),
);

try {
  if (options.has('--version'))
    process.stdout.write(`${tool} version: 100.13.0\ngit version: none\n`);
  else if (tool === 'mongodump') await dump();
  else await restore();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function fail(why: string): never {
  process.stderr.write(`2026-11-26T03:00:00.000+0000\tFailed: ${why}\n`);
  process.exit(1);
}

async function connected(): Promise<MongoClient> {
  const file = options.get('--config') ?? '';
  if ((statSync(file).mode & 0o077) !== 0) fail('the file of the login can be read by others');
  const { uri, password } = parse(readFileSync(file, 'utf8'));
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  return new MongoClient(String(uri).replace('@', `${secret}@`)).connect();
}

async function dump(): Promise<void> {
  const only = options.get('--db');
  if (only !== undefined && options.has('--oplog'))
    fail('--oplog mode only supported on full dumps');
  if (options.get('--archive') !== '') fail('it goes to the standard output only');
  const client = await connected();
  const { databases } = await client.db('admin').command({ listDatabases: 1, nameOnly: true });
  const names: string[] = databases.map(({ name }: { name: string }) => name);
  const collections: { db: string; collection: string; documents: Buffer[] }[] = [];
  for (const db of names.filter((name) => name !== 'local' && (only ?? name) === name)) {
    for (const { name } of await client.db(db).listCollections({}, { nameOnly: true }).toArray()) {
      const found = await client.db(db).collection(name).find().toArray();
      const documents = found.map((each) => Buffer.from(BSON.serialize(each)));
      collections.push({ db, collection: name, documents });
    }
  }
  if (options.has('--oplog')) {
    const entry = Buffer.from(BSON.serialize({ op: 'n', ns: '', o: { msg: 'initiating' } }));
    collections.push({ db: '', collection: 'oplog', documents: [entry] });
  }
  await client.close();
  await write(collections);
}

async function write(
  collections: readonly { db: string; collection: string; documents: readonly Buffer[] }[],
): Promise<void> {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(0x8199e26d);
  const header = {
    concurrent_collections: 4,
    version: '0.1',
    server_version: '8.0.4',
    tool_version: '100.13.0',
  };
  const metadata = collections.map(({ db, collection }) => ({
    db,
    collection,
    metadata: '{}',
    size: 0,
  }));
  await put([magic, document(header), ...metadata.map(document), terminator]);
  // Two halves of each, as threads that take turns leave them.
  for (const half of [0, 1]) {
    for (const { db, collection, documents } of collections) {
      const middle = Math.ceil(documents.length / 2);
      const some = half === 0 ? documents.slice(0, middle) : documents.slice(middle);
      const head = document({ db, collection, EOF: false, CRC: BSON.Long.ZERO });
      if (some.length > 0) await put([head, ...some, terminator]);
    }
  }
  for (const { db, collection, documents } of collections) {
    const CRC = BSON.Long.fromBigInt(BigInt.asIntN(64, sumOf(Buffer.concat(documents))));
    await put([document({ db, collection, EOF: true, CRC }), terminator]);
  }
}

function document(fields: BSON.Document): Buffer {
  return Buffer.from(BSON.serialize(fields));
}

async function put(parts: readonly Buffer[]): Promise<void> {
  if (!process.stdout.write(Buffer.concat(parts))) {
    await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

function sumOf(bytes: Buffer): bigint {
  let sum = 0xffffffffffffffffn;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1)
      sum = sum & 1n ? (sum >> 1n) ^ 0xc96c5795d7870f42n : sum >> 1n;
  }
  return sum ^ 0xffffffffffffffffn;
}

async function restore(): Promise<void> {
  const [from, to] = ['--nsFrom', '--nsTo'].map((name) => options.get(name) ?? '');
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part);
  const bytes = Buffer.concat(parts);
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== 0x8199e26d)
    fail('stream or file does not appear to be a mongodump archive');
  const client = await connected();
  let at = 4;
  let head: BSON.Document | undefined;
  let inPrelude = true;
  while (at < bytes.length) {
    const size = bytes.readInt32LE(at);
    if (size === -1) {
      inPrelude = false;
      head = undefined;
      at += 4;
      continue;
    }
    if (size < 5 || at + size > bytes.length) fail('corruption found in archive');
    const found = BSON.deserialize(bytes.subarray(at, at + size));
    at += size;
    if (inPrelude && found['collection'] !== undefined) {
      await created(client, found, { from: from ?? '', to: to ?? '' });
    }
    if (inPrelude) continue;
    if (head === undefined) head = found;
    else
      await one(
        client,
        { namespace: `${head['db']}.${head['collection']}`, from: from ?? '', to: to ?? '' },
        found,
      );
  }
  await client.close();
}

/** Collections without documents are there as well. */
async function created(client: MongoClient, found: BSON.Document, names: Names): Promise<void> {
  const name = renamed(`${found['db']}.${found['collection']}`, names);
  if (name) await client.db(name.db).command({ create: name.collection });
}

interface Names {
  readonly from: string;
  readonly to: string;
}

function renamed(namespace: string, { from, to }: Names) {
  const before = from.replace(/\*$/, '');
  if (!namespace.startsWith(before)) return undefined;
  const [db = '', ...rest] = (to.replace(/\*$/, '') + namespace.slice(before.length)).split('.');
  return { db, collection: rest.join('.') };
}

async function one(
  client: MongoClient,
  { namespace, ...names }: Names & { readonly namespace: string },
  found: BSON.Document,
): Promise<void> {
  const name = renamed(namespace, names);
  if (name) await client.db(name.db).collection(name.collection).insertOne(found);
}
