import { MongoClient, MongoNetworkError } from 'mongodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/integrations/mongodb/index.ts';
import { eventually } from '../../support/eventually.ts';

/*
 * Against a replica set of the machine's own: TOCSIN_TEST_MONGODB_URL=mongodb://127.0.0.1:27017,127.0.0.1:27018,127.0.0.1:27019/?replicaSet=rs0
 * There is no MongoDB in Debian, so it is skipped where none is given; the workflow of the repository starts one.
 */

const url = process.env['TOCSIN_TEST_MONGODB_URL'];

describe.skipIf(url === undefined)('a MongoDB replica set (TOCSIN_TEST_MONGODB_URL)', () => {
  it('fails over under a writer, and nothing acknowledged is lost', async () => {
    const { hosts, set, client } = await given(String(url));
    const config = { target: 'real', set, members: hosts, authSource: 'admin', timeoutMs: 5_000 };
    const { planner, openWriter } = connect(config);
    const rows = client.db('tocsin_test').collection<{ _id: number }>('rows');
    await rows.drop().catch(() => undefined);
    const writer = startWriter((row) => rows.insertOne({ _id: row }));
    onTestFinished(() => writer.stop());
    await eventually('writes are acknowledged', () => writer.acknowledged().length > 100);

    const target = { integration: 'mongodb', target: 'real', locator: {}, bounds: {}, show: [] };
    const asked = { verb: 'failover', operation: 'op-1', service: 's', target, args: {} };
    const drafted = await planner.draft(asked);
    if (!drafted.ok) throw new Error(JSON.stringify(drafted.problem));
    const [step] = drafted.steps;
    const driver = step && openWriter().steps[step.kind];
    if (!step || !driver) throw new Error('a failover has a step');
    const context = { operation: 'op-1', outputs: {}, startedAt: Date.now() };
    const checked = await driver.check(step, context);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
    const applying = { ...context, token: checked.token, attempt: 1 };
    expect(await driver.apply(step, applying)).toEqual({ outcome: 'applied' });
    await eventually(
      'another member is primary and takes writes',
      async () => (await driver.observe(step, context)).state === 'done',
      { withinMs: 60_000 },
    );
    expect(await driver.probe(step, applying)).toBe('yes');
    const before = writer.acknowledged().length;
    await eventually('writes go on', () => writer.acknowledged().length > before + 100);
    await writer.stop();

    const kept = new Set((await rows.find().toArray()).map(({ _id }) => _id));
    expect(writer.acknowledged().filter((row) => !kept.has(row))).toEqual([]);
    const again = await planner.draft(asked);
    expect(again.ok && again.blast['primary']).not.toBe(drafted.blast['primary']);
  }, 120_000);
});

async function given(address: string) {
  const client = new MongoClient(address, { writeConcern: { w: 'majority' }, retryWrites: false });
  onTestFinished(() => client.close());
  const { setName, hosts } = await client.db('admin').command({ hello: 1 });
  if (typeof setName !== 'string' || !Array.isArray(hosts))
    throw new Error('this is no replica set');
  const places = hosts.map((name) => {
    const [host = '', port = ''] = String(name).split(':');
    return { host, port: Number(port) };
  });
  return { client, set: setName, hosts: places };
}

/** A row after the other; one is acknowledged or it is not counted. */
function startWriter(write: (row: number) => Promise<unknown>) {
  const acknowledged: number[] = [];
  let stopped = false;
  const running = (async () => {
    for (let row = 1; !stopped; row += 1) {
      try {
        await write(row);
        acknowledged.push(row);
      } catch (error) {
        if (!isOfTheFailover(error)) throw error;
      }
    }
  })();
  return {
    acknowledged: () => acknowledged,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

function isOfTheFailover(error: unknown): boolean {
  return error instanceof MongoNetworkError || (error instanceof Error && 'code' in error);
}
