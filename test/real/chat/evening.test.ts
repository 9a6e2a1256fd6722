import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyJournal } from '../../../src/journal/index.ts';
import { type TocsinProcess, tocsin } from '../../support/tocsin-process.ts';
import { playEvening } from './evening.ts';
import { type Mode, startTown, stopped, type Town } from './town.ts';

/** As an operator has it: the program by its command line, two platforms, a real Alertmanager, a cluster. */
describe.each<Mode>(['socket', 'http'])('two platforms, mode %s', (mode) => {
  let town: Town;
  let bot: TocsinProcess;

  beforeAll(async () => {
    town = await startTown({ mode, program: tocsin });
  }, 60_000);
  afterAll(() => town?.close(), 60_000);

  it('check takes the configuration', async () => {
    expect(await town.tocsin('check')).toMatchObject({ code: 0, stderr: '' });
  });

  it('register brings the commands to Discord once, and doctor then has nothing against it', async () => {
    const registered = await town.tocsin('discord', 'register');
    expect(registered).toMatchObject({ code: 0, stderr: '' });
    expect(registered.stdout).toContain('/ops, /self, /incident, /change');
    expect((await town.tocsin('discord', 'register')).stdout).toContain('nothing had to change');
    const { code, stdout } = await town.tocsin('doctor');
    expect({ code, failed: stdout.split('\n').filter((line) => line.startsWith('FAIL')) }).toEqual({
      code: 0,
      failed: [],
    });
    expect(stdout).toMatch(/ok {4}slack\/main: channel.*#ops/);
    expect(stdout).toMatch(/ok {4}discord\/main: channel.*ops/);
  });

  it('the manifest is that of the mode', async () => {
    const { code, stdout } = await town.tocsin('slack', 'manifest');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).settings.socket_mode_enabled).toBe(mode === 'socket');
  });

  it('plays the evening from the alert to its end', { timeout: 240_000 }, async () => {
    bot = await town.start();
    await playEvening(town, bot);
  });

  it('told to stop it ends soon, with nothing left open and a record that holds', async () => {
    const { code, tookMs } = await stopped(bot);
    expect(code, bot.output()).toBe(0);
    expect(tookMs, bot.output()).toBeLessThan(4000);
    expect(bot.output()).toContain('"msg":"stopped"');
    expect(bot.output()).not.toContain('"level":"error"');
    expect(town.slack.sockets.count()).toBe(0);
    expect(verifyJournal(town.files.journal)).toMatchObject({ ok: true });
  });
});
