import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connectDiscord,
  registerDiscordCommands,
} from '../../../src/bot/surfaces/discord/index.ts';
import { openStage, type Stage } from './stage.ts';

describe('what the doctor says of Discord', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await openStage();
  });

  afterEach(() => stage.close());

  async function codes(places: readonly string[] = ['ops']): Promise<Record<string, string>> {
    const findings = await stage.connection.doctor(places, []);
    return Object.fromEntries(findings.map(({ check, problem }) => [check, problem?.code ?? 'ok']));
  }

  it('is that all is well where it is', async () => {
    await registerDiscordCommands(stage.options);
    expect(await codes()).toEqual({
      token: 'ok',
      guild: 'ok',
      channel: 'ok',
      commands: 'ok',
      gateway: 'ok',
    });
  });

  it('names a token that is refused', async () => {
    const other = await openStage({ token: 'of-nobody' });
    const findings = await other.connection.doctor(['ops'], []);
    expect(findings).toMatchObject([
      { check: 'token', problem: { code: 'DISCORD_TOKEN_REFUSED' } },
    ]);
    await other.close();
  });

  it('says of the token, when commands cannot be registered for it', async () => {
    const refused = await registerDiscordCommands({ ...stage.options, token: 'of-nobody' });
    expect(refused).toMatchObject({ ok: false, problem: { code: 'DISCORD_TOKEN_REFUSED' } });
  });

  it('names a token of another application, and another key', async () => {
    const other = connectDiscord({ ...stage.options, application: '1234567890123456789' });
    expect((await other.doctor([], []))[0]?.problem?.code).toBe('DISCORD_APPLICATION_OTHER');
    const publicKey = '00'.repeat(32);
    const third = connectDiscord({ ...stage.options, mode: 'http', publicKey });
    expect((await third.doctor([], []))[0]?.problem?.code).toBe('DISCORD_KEY_OTHER');
    await Promise.all([other.close(), third.close()]);
  });

  it('names a guild that the bot is not in', async () => {
    stage.guild.kickBot();
    expect(await codes()).toEqual({ token: 'ok', guild: 'DISCORD_NOT_IN_GUILD' });
  });

  it('names a channel that is not there', async () => {
    expect(await codes(['nowhere'])).toMatchObject({ channel: 'DISCORD_CHANNEL_UNKNOWN' });
  });

  it('names the rights that are missing', async () => {
    stage.ops.deny(stage.guild.botRole, 'embedLinks', 'createPublicThreads');
    stage.guild.revoke(stage.guild.botRole, 'manageThreads');
    const findings = await stage.connection.doctor(['ops'], []);
    expect(findings.find(({ check }) => check === 'channel')?.problem).toEqual({
      code: 'DISCORD_RIGHTS_MISSING',
      facts: { place: 'ops', rights: 'Embed Links, Create Public Threads, Manage Threads' },
    });
  });

  it('names commands that differ', async () => {
    expect(await codes()).toMatchObject({ commands: 'DISCORD_COMMANDS_OTHER' });
  });

  it('changes nothing', async () => {
    await codes();
    expect(stage.discord.requests.every(({ verb }) => verb === 'GET')).toBe(true);
  });
});
