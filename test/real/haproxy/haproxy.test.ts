import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Traffic } from '../../../src/core/ports/traffic.ts';
import { connect, type HaproxyConfig } from '../../../src/integrations/haproxy/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type HaproxyServer, startHaproxy } from './haproxy-server.ts';

const servers = { 'db-1': 'pg1', 'db-2': 'pg2', 'db-3': 'pg3' };
const databases: Server[] = [];
const ports: number[] = [];
let one: HaproxyServer;
let two: HaproxyServer;
const clients: Socket[] = [];

beforeAll(async () => {
  for (const name of ['db-1', 'db-2', 'db-3']) {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(name);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    databases.push(server);
    const address = server.address();
    ports.push(typeof address === 'object' && address ? address.port : 0);
  }
  const [first, second, third] = ports;
  const lines = [
    `pg1 127.0.0.1:${first}`,
    `pg2 127.0.0.1:${second} disabled`,
    `pg3 127.0.0.1:${third} disabled`,
  ];
  [one, two] = await Promise.all([startHaproxy(lines), startHaproxy(lines)]);
});
afterEach(async () => {
  for (const socket of clients.splice(0)) socket.destroy();
  for (const each of [one, two]) {
    for (const name of ['pg2', 'pg3']) await each.say(`set server pg_write/${name} state maint`);
    await each.say('set server pg_write/pg1 state ready');
  }
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  for (const each of databases) each.close();
});

describe('a backend of two HAProxies', () => {
  it('says whom it sends clients to, and that a reload forgets it', async () => {
    expect(await traffic().plan()).toEqual({
      at: { 'lb-1': ['db-1'], 'lb-2': ['db-1'] },
      warnings: [{ code: 'HAPROXY_FORGETS', facts: { target: 'edge', backend: 'pg_write' } }],
    });
  });

  it('is turned to one server alone, though its line reads disabled, and ends the sessions to the old one', async () => {
    const held = await Promise.all([one, two].map(arrives));
    expect(held.map(({ at }) => at)).toEqual(['db-1', 'db-1']);
    let sent = 0;

    const turned = await traffic().turn('db-3', () => {
      sent += 1;
    });

    expect(turned).toEqual({ done: ['lb-1', 'lb-2'], left: {} });
    expect(sent).toBeGreaterThan(0);
    await eventually('both old sessions are ended', () => held.every(({ isEnded }) => isEnded()));
    for (const each of [one, two]) expect((await arrives(each)).at).toBe('db-3');
    expect((await traffic().look()).at).toEqual({ 'lb-1': ['db-3'], 'lb-2': ['db-3'] });
  });

  it('is left as it is by a second turn to the same server, and whoever is there stays', async () => {
    await traffic().turn('db-2', () => undefined);
    const held = await arrives(one);
    expect(await traffic().turn('db-2', () => expect.unreachable())).toMatchObject({ left: {} });
    expect(held.isEnded()).toBe(false);
  });

  it('says which one was turned and which was not, with its own words, where one socket has level operator', async () => {
    const { done, left } = await traffic({ second: { socket: two.operatorSocket } }).turn(
      'db-2',
      () => undefined,
    );
    expect(done).toEqual(['lb-1']);
    expect(left).toEqual({ 'lb-2': 'Permission denied' });
    expect((await arrives(one)).at).toBe('db-2');
    expect((await arrives(two)).at).toBe('db-1');
  });

  it('is spoken to over TCP as well', async () => {
    const over = traffic({ second: { host: '127.0.0.1', port: two.adminPort } });
    expect(await over.turn('db-2', () => undefined)).toEqual({ done: ['lb-1', 'lb-2'], left: {} });
  });

  it('is known by the one that answers where the other is silent, which is told', async () => {
    const { at, warnings } = await traffic({ second: { socket: '/nowhere/admin.sock' } }).plan();
    expect(at).toEqual({ 'lb-1': ['db-1'] });
    expect(warnings).toContainEqual({
      code: 'HAPROXY_SILENT',
      facts: { instance: 'lb-2', why: expect.stringContaining('ENOENT') },
    });
  });

  it('shows a server of nobody that gets clients too, and is not believed to be turned while it does', async () => {
    const some = traffic({ servers: { 'db-1': 'pg1', 'db-2': 'pg2' } });
    await one.say('set server pg_write/pg3 state ready');
    expect((await some.look()).at).toMatchObject({ 'lb-1': ['db-1', 'pg3'] });
    expect(await some.turn('db-2', () => undefined)).toEqual({
      done: ['lb-2'],
      left: { 'lb-1': 'it sends clients to pg2 and pg3' },
    });
  });

  it('counts a server that is drained, or has no weight, as not used', async () => {
    await one.say('set server pg_write/pg1 state drain');
    await two.say('set weight pg_write/pg1 0');
    try {
      expect((await traffic().look()).at).toEqual({ 'lb-1': [], 'lb-2': [] });
    } finally {
      await two.say('set weight pg_write/pg1 100%');
    }
  });

  it('is refused where it has no such server, or no such backend', async () => {
    const stranger = traffic({ servers: { ...servers, 'db-3': 'pg9' } });
    await expect(stranger.plan()).rejects.toThrow('HAPROXY_NO_SERVER');
    await expect(traffic({ backend: 'nobody' }).plan()).rejects.toThrow(
      /HAPROXY_REFUSED.*Can't find backend/,
    );
  });

  it('does not answer where none does', async () => {
    const gone = { socket: '/nowhere/admin.sock' };
    const { plan, look } = traffic({ first: gone, second: gone });
    for (let turn = 0; turn < 5; turn += 1) {
      await expect(plan()).rejects.toThrow('HAPROXY_ALL_SILENT');
    }
    await expect(plan()).rejects.toThrow('HAPROXY_RESTS');
    // A step is not held up by that.
    await expect(look()).rejects.toThrow('HAPROXY_ALL_SILENT');
  });
});

it('a runtime API that hangs is given up in its time', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const hung = { host: '127.0.0.1', port };
  const { warnings } = await traffic({ second: hung, timeoutMs: 100 }).plan();
  expect(warnings.at(-1)).toMatchObject({
    code: 'HAPROXY_SILENT',
    facts: { why: 'no whole answer within 100 ms' },
  });
  silent.close();
});

it('the doctor says which one does not answer', async () => {
  const { doctor } = integration({ second: { socket: '/nowhere/admin.sock' } });
  expect((await doctor())[1]).toMatchObject({
    problem: { code: 'HAPROXY_UNREACHABLE', facts: { instance: 'lb-2' } },
  });
});

it('the doctor says the version, and which socket has no level admin', async () => {
  const { doctor, health } = integration({ second: { socket: two.operatorSocket } });
  expect(await doctor()).toEqual([
    {
      check: 'runtime API',
      facts: { instance: 'lb-1', version: expect.stringMatching(/^\d+\.\d+/) },
    },
    {
      check: 'runtime API',
      facts: { instance: 'lb-2' },
      problem: expect.objectContaining({ code: 'HAPROXY_REFUSED' }),
    },
  ]);
  expect(health()).toBe('degraded');
});

type At = HaproxyConfig['instances'][number]['at'];
interface Given {
  readonly first?: At;
  readonly second?: At;
  readonly servers?: Readonly<Record<string, string>>;
  readonly backend?: string;
  readonly timeoutMs?: number;
}

function integration({ first, second, timeoutMs = 2_000 }: Given) {
  const instances = [
    { name: 'lb-1', at: first ?? { socket: one.socket } },
    { name: 'lb-2', at: second ?? { socket: two.socket } },
  ];
  return connect({ target: 'edge', instances, timeoutMs }, { clock: Date });
}

function traffic(given: Given = {}): Traffic {
  const { backend = 'pg_write', servers: named = servers } = given;
  return integration(given).traffic({ backend, servers: named });
}

/** A client that stays connected: which database said its name. */
async function arrives({ port }: HaproxyServer) {
  const socket = connectTcp(port, '127.0.0.1');
  clients.push(socket);
  let isEnded = false;
  socket.on('close', () => {
    isEnded = true;
  });
  socket.on('error', () => undefined);
  const at = await new Promise<string>((resolve) => {
    socket.once('data', (name: Buffer) => resolve(name.toString()));
    socket.once('close', () => resolve(''));
  });
  return { at, isEnded: () => isEnded };
}
