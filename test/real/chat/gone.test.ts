import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { type TocsinProcess, tocsin } from '../../support/tocsin-process.ts';
import { startTown, stopped, type Town } from './town.ts';

/** Whole platforms come and go; the bot is none the worse, and the console never notices. */
describe('both platforms are gone', () => {
  let town: Town;
  let bot: TocsinProcess;

  beforeAll(async () => {
    town = await startTown({ mode: 'socket', program: tocsin });
    bot = await town.start();
    await eventually('both are connected', async () => (await states()).every(isOk));
  }, 60_000);
  afterAll(() => town?.close(), 60_000);

  it('an alert is taken all the same, stands in the console, and the bot says who is silent', {
    timeout: 120_000,
  }, async () => {
    const cleo = await town.atConsole(bot, 'cleo');
    await town.slack.close();
    await town.discord.close();
    await town.sources.fires();
    const [incident = ''] = await eventually('it stands in the console', async () => {
      const all = await cleo.incidents();
      return all.length > 0 && all;
    });
    expect(textOf(await cleo.page(`/incidents/${incident}`))).toContain('KubePodCrashLooping');
    await eventually('neither is well', async () => !(await states()).some(isOk), {
      withinMs: 60_000,
    });
    expect((await fetch(`${bot.urls.server}/ready`)).status).toBe(200);
  });

  it('and the end does not wait for them', async () => {
    const { code, tookMs } = await stopped(bot);
    expect(code, bot.output()).toBe(0);
    expect(tookMs, bot.output()).toBeLessThan(4000);
    expect(bot.output()).not.toMatch(/unhandled|UnhandledPromise|TypeError/i);
  });

  async function states(): Promise<readonly string[]> {
    const answer = await fetch(`${bot.urls.server}/ready`);
    const body = (await answer.json()) as Record<string, { readonly state?: string }>;
    return ['slack/main', 'discord/main'].map((name) => body[name]?.state ?? 'absent');
  }
});

function isOk(state: string): boolean {
  return state === 'ok';
}
