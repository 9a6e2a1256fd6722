import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  charactersOf,
  discordCommands,
  registerDiscordCommands,
} from '../../../src/bot/surfaces/discord/index.ts';
import { commands } from '../../../src/handlers/commands/index.ts';
import { openStage, type Stage } from './stage.ts';

describe('the commands', () => {
  it('each fit into what Discord takes: 25 subcommands and 8,000 characters', () => {
    for (const command of discordCommands()) {
      expect(command.options?.length ?? 0, command.name).toBeLessThanOrEqual(25);
      expect(charactersOf(command), command.name).toBeLessThanOrEqual(8_000);
      for (const verb of command.options ?? []) {
        expect(verb.options?.length ?? 0, `${command.name} ${verb.name}`).toBeLessThanOrEqual(25);
        const required = (verb.options ?? []).map((option) => option.required === true);
        expect(required, `${verb.name}: what must be given comes first`).toEqual(
          required.toSorted((a, b) => Number(b) - Number(a)),
        );
      }
    }
  });

  it('are all there, each in its family or about oneself, and a whole line beside them', () => {
    const ofSelf = ['link', 'mute', 'unlink', 'unmute'];
    const named = discordCommands().flatMap(({ name, options }) =>
      (options ?? []).map((verb) => `/${name} ${verb.name}`),
    );
    expect(named.toSorted()).toEqual(
      [
        ...commands.map(
          ({ family, name }) => `/${ofSelf.includes(name) ? 'self' : family} ${name}`,
        ),
        '/ops line',
      ].toSorted(),
    );
  });

  it('ask nobody for what their place says by itself', () => {
    const rollback = discordCommands()
      .find(({ name }) => name === 'change')
      ?.options?.find(({ name }) => name === 'rollback');
    const service = rollback?.options?.find(({ name }) => name === 'service');
    expect(service).toMatchObject({ autocomplete: true });
    expect(service?.required).toBeUndefined();
  });
});

describe('registering them', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await openStage();
  });

  afterEach(() => stage.close());

  const puts = () => stage.discord.requests.filter(({ verb }) => verb === 'PUT').length;

  it('writes them once, and not again while they are the same', async () => {
    const first = await registerDiscordCommands(stage.options);
    expect(first).toMatchObject({ ok: true });
    expect(stage.guild.commands()).toContain('ops');
    expect(stage.guild.commands()).toContain('Pin to timeline');
    expect(await registerDiscordCommands(stage.options)).toEqual({ ok: true, changed: [] });
    expect(puts()).toBe(1);
  });

  it('says what Discord has against it', async () => {
    stage.guild.kickBot();
    expect(await registerDiscordCommands(stage.options)).toMatchObject({
      ok: false,
      again: false,
      problem: { code: 'DISCORD_COMMANDS_REFUSED' },
    });
  });
});
