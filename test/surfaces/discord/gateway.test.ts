import { afterEach, describe, expect, it } from 'vitest';
import type { DiscordOptions } from '../../../src/bot/surfaces/discord/index.ts';
import type { FakeDiscordOptions } from '../../fakes/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { openStage, type Stage } from './stage.ts';

describe('the gateway', () => {
  let stage: Stage;
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);

  afterEach(async () => {
    await stage.close();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  async function open(
    changes: Partial<DiscordOptions> = {},
    fake: FakeDiscordOptions = {},
  ): Promise<void> {
    process.on('unhandledRejection', note);
    stage = await openStage(changes, fake);
    stage.connection.start();
  }

  const isOpen = () =>
    eventually('the gateway is open', () => stage.connection.health().state === 'ok');

  /** Something is heard: a press is the proof that it is not deaf. */
  async function hears(): Promise<void> {
    const before = stage.desk.taken.length;
    stage.ana.says(stage.ops, `${stage.discord.bot.mention} status`);
    await eventually('it is heard', () => stage.desk.taken.length === before + 1);
  }

  it('is opened with no privileged intent, and hears', async () => {
    await open();
    await isOpen();
    expect(stage.discord.gateway.sessions().map(({ intents }) => intents)).toEqual([513]);
    await hears();
  });

  it('that breaks is resumed, and what was said meanwhile is heard', async () => {
    await open();
    await isOpen();
    stage.discord.gateway.drop();
    await eventually('it is noticed', () => stage.connection.health().state !== 'ok');
    stage.ana.says(stage.ops, `${stage.discord.bot.mention} status`);
    stage.clock.passes(2_000);
    await eventually('what was missed is heard', () => {
      stage.clock.passes(500);
      return stage.desk.taken.length === 1;
    });
    expect(stage.discord.gateway.counts()).toEqual({ identified: 1, resumed: 1 });
  });

  it('that asks to reconnect is resumed', async () => {
    await open();
    await isOpen();
    stage.discord.gateway.askToReconnect();
    await eventually('it is resumed', () => {
      stage.clock.passes(500);
      return stage.discord.gateway.counts().resumed === 1;
    });
    await isOpen();
    await hears();
  });

  it.each([true, false])(
    'whose session is invalid (resumable: %s) hears again',
    async (resumable) => {
      await open();
      await isOpen();
      stage.discord.gateway.invalidate(resumable);
      await eventually('it is back', () => {
        stage.clock.passes(1_000);
        const { identified, resumed } = stage.discord.gateway.counts();
        return identified + resumed === 2;
      });
      await isOpen();
      await hears();
    },
  );

  it('that forgot its session begins a new one', async () => {
    await open();
    await isOpen();
    stage.discord.gateway.forgetSessions();
    stage.discord.gateway.drop();
    await eventually('a new session', () => {
      stage.clock.passes(1_000);
      return stage.discord.gateway.counts().identified === 2;
    });
    await isOpen();
    await hears();
  });

  it('that went deaf is noticed and made anew', async () => {
    await open();
    await isOpen();
    stage.discord.gateway.goDeaf();
    for (let beat = 0; beat < 10; beat += 1) stage.clock.passes(15_000);
    await eventually('it is resumed', () => {
      stage.clock.passes(1_000);
      return stage.discord.gateway.counts().resumed === 1;
    });
    await isOpen();
    await hears();
  });

  it('that refuses connections is asked at growing distances', async () => {
    await open();
    await isOpen();
    stage.discord.gateway.refuseConnections(4);
    stage.discord.gateway.drop();
    await eventually('it is said', () => stage.connection.health().code === 'DISCORD_GATEWAY_DOWN');
    expect(stage.connection.health().state).toBe('degraded');
    await eventually('it is back', () => {
      stage.clock.passes(2_000);
      return stage.discord.gateway.counts().resumed === 1;
    });
    await isOpen();
    await hears();
  });

  it('that cannot be asked for is asked again', async () => {
    await open();
    stage.discord.outage.failNext(3, { kind: 'server error' }, 'GET /gateway/bot');
    await eventually('it is open', () => {
      stage.clock.passes(2_000);
      return stage.connection.health().state === 'ok';
    });
  });

  it.each([4004, 4014])('closed for good with %i is not asked again, and says so', async (code) => {
    await open();
    await isOpen();
    stage.discord.gateway.drop(code);
    await eventually('it is down', () => stage.connection.health().state === 'down');
    expect(stage.connection.health().code).toBe('DISCORD_GATEWAY_CLOSED');
    const asked = () =>
      stage.discord.requests.filter(({ route }) => route === '/gateway/bot').length;
    const before = asked();
    for (let minute = 0; minute < 60; minute += 1) stage.clock.passes(60_000);
    // Whatever was about to be asked is asked before this is answered.
    const sought = { incident: 'inc-1', key: 'root', place: stage.ops.id, root: '', since: 0 };
    expect(await stage.connection.surface.find?.(sought)).toEqual({ ok: true, refs: [] });
    expect(asked()).toBe(before);
    expect(stage.connection.health().state).toBe('down');
  });

  it('with a token that is refused is down, and nothing throws', async () => {
    await open({ token: 'of-nobody' });
    await eventually(
      'it is down',
      () => stage.connection.health().code === 'DISCORD_TOKEN_REFUSED',
    );
  });

  it('is left within two seconds, even while it is being made', async () => {
    await open();
    const began = Date.now();
    await stage.connection.close();
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('that tells of nonsense goes on hearing', async () => {
    await open();
    await isOpen();
    stage.ops.rename('ops-2');
    stage.guild.setUnavailable(true);
    stage.guild.setUnavailable(false);
    await hears();
  });
});
