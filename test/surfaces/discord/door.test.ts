import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatConnection } from '../../../src/bot/chat.ts';
import { type HttpListener, listen } from '../../../src/bot/http.ts';
import {
  connectDiscord,
  createDoor,
  type DiscordOptions,
} from '../../../src/bot/surfaces/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { openStage, type Stage, saying } from './stage.ts';

describe('the address that Discord calls', () => {
  let stage: Stage;
  let listener: HttpListener | undefined;
  const connections: ChatConnection[] = [];

  beforeEach(async () => {
    stage = await openStage();
  });

  afterEach(async () => {
    await Promise.all(connections.splice(0).map((one) => one.close()));
    await stage.close();
    await listener?.close();
    listener = undefined;
  });

  async function called(changes: Partial<DiscordOptions> = {}): Promise<ChatConnection> {
    const connection = connectDiscord({
      ...stage.options,
      mode: 'http',
      publicKey: stage.discord.http.publicKey,
      ...changes,
    });
    connections.push(connection);
    connection.start();
    const { routes } = connection;
    listener ??= await listen({
      name: 'server',
      host: '127.0.0.1',
      port: 0,
      routes,
      log: () => undefined,
    });
    await eventually('the commands are there', () => stage.guild.commands().includes('ops'));
    return connection;
  }

  const address = () => `${listener?.url}/discord/interactions`;

  it('refuses all that Discord tries it with, and answers its ping', async () => {
    await called();
    await stage.discord.http.connect(address());
    expect(stage.discord.http.probes.every(({ refused }) => refused)).toBe(true);
    expect(stage.refusals).toContain('DISCORD_SIGNATURE');
  });

  it('takes what is signed, and answers as over the gateway', async () => {
    const connection = await called();
    await stage.discord.http.connect(address());
    stage.desk.answers = async () => saying('All is well.');
    const asked = stage.ana.uses(stage.ops, '/ops status');
    await asked.answered;
    expect(asked.outcome).toBe('deferred');
    await eventually('the answer', () => asked.sees.includes('All is well.'));
    expect(stage.desk.taken[0]).toMatchObject({ kind: 'line', line: 'status' });
    expect(connection.health()).toEqual({ state: 'ok' });
    expect(stage.discord.gateway.counts().identified).toBe(0);
  });

  it('does not acknowledge what nothing took', async () => {
    await called();
    await stage.discord.http.connect(address());
    stage.desk.refusesWith = new Error('disk full');
    const asked = stage.ana.uses(stage.ops, '/ops status');
    await eventually('it came', () => stage.refusals.includes('JOURNAL'));
    stage.clock.passes(3_001);
    await asked.answered;
    expect(asked.outcome).toBe('failed');
  });

  it('serves several guilds of one application, and refuses the others', async () => {
    const second = stage.discord.addGuild('Store');
    const orders = second.addChannel('orders');
    const carl = second.addPerson('carl');
    const third = stage.discord.addGuild('Elsewhere');
    const lobby = third.addChannel('lobby');
    const eve = third.addPerson('eve');
    const door = createDoor();
    await called({ door });
    await called({ door, name: 'discord/store', guild: second.id });
    await eventually('both have commands', () => second.commands().includes('ops'));
    await stage.discord.http.connect(address());
    await stage.ana.uses(stage.ops, '/ops status').answered;
    await carl.uses(orders, '/ops status').answered;
    expect(stage.desk.taken.map(({ actor }) => actor)).toEqual([
      { surface: 'discord/main', account: `${stage.guild.id}/${stage.ana.id}` },
      { surface: 'discord/store', account: `${second.id}/${carl.id}` },
    ]);
    expect(() => eve.uses(lobby, '/ops status')).toThrow();
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['too much', 'x'.repeat(600_000)],
  ])('takes %s without a fault', async (_name, body) => {
    await called();
    const response = await fetch(address(), { method: 'POST', body });
    expect([401, 413]).toContain(response.status);
    expect(stage.desk.taken).toEqual([]);
  });
});
