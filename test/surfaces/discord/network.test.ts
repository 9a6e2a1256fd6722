import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatConnection } from '../../../src/bot/chat.ts';
import { connectDiscord, type DiscordOptions } from '../../../src/bot/surfaces/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { authority, behindTls, connectProxy, type Detour, type ProxyDetour } from './detour.ts';
import { openStage, rootPost, type Stage } from './stage.ts';

describe('a private authority and a proxy', () => {
  let stage: Stage;
  let door: Detour;
  let proxy: ProxyDetour;
  const connections: ChatConnection[] = [];

  beforeEach(async () => {
    stage = await openStage();
    door = await behindTls(stage.discord.url);
    proxy = await connectProxy('tocsin:p@ss');
  });

  afterEach(async () => {
    await Promise.all(connections.splice(0).map((one) => one.close()));
    await stage.close();
    await door.close();
    await proxy.close();
  });

  function connected(changes: Partial<DiscordOptions>): ChatConnection {
    const api = `https://127.0.0.1:${door.port}/api`;
    const connection = connectDiscord({ ...stage.options, api, ...changes });
    connections.push(connection);
    connection.start();
    return connection;
  }

  async function worksBothWays(connection: ChatConnection): Promise<void> {
    await eventually('the gateway is open', () => connection.health().state === 'ok');
    stage.ana.says(stage.ops, `${stage.discord.bot.mention} status`);
    await eventually('it hears', () => stage.desk.taken.length === 1);
    expect(await connection.surface.ensureRoot(rootPost())).toMatchObject({ ok: true });
  }

  it('are used for calls and for the gateway', async () => {
    const url = `http://tocsin:p%40ss@127.0.0.1:${proxy.port}`;
    await worksBothWays(connected({ ca: authority, proxy: url }));
    const target = `127.0.0.1:${door.port}`;
    // One for the calls at least, and one for the gateway; nothing went elsewhere.
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(2);
    expect(new Set(proxy.tunnels)).toEqual(new Set([target]));
  });

  it('work without a proxy too', async () => {
    await worksBothWays(connected({ ca: authority }));
    expect(proxy.tunnels).toEqual([]);
  });

  it('are demanded: without the authority nothing is sent', async () => {
    const connection = connected({});
    const ensured = await connection.surface.ensureRoot(rootPost({ place: stage.ops.id }));
    expect(ensured).toMatchObject({ ok: false, why: 'wait' });
    expect(stage.discord.requests).toEqual([]);
  });

  it('are refused where the proxy does not know us, and nothing is in doubt', async () => {
    const url = `http://tocsin:wrong@127.0.0.1:${proxy.port}`;
    const connection = connected({ ca: authority, proxy: url });
    const ensured = await connection.surface.ensureRoot(rootPost({ place: stage.ops.id }));
    expect(ensured).toMatchObject({ ok: false, why: 'wait' });
    expect(proxy.refused()).toBeGreaterThan(0);
    expect(stage.discord.requests).toEqual([]);
  });
});
