import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TocsinProcess, tocsin } from '../../support/tocsin-process.ts';
import { startTown, stopped, type Town } from './town.ts';

/** What anybody on the internet can reach in HTTP mode. */
describe('the addresses that the platforms call', () => {
  let town: Town;
  let bot: TocsinProcess;

  beforeAll(async () => {
    town = await startTown({ mode: 'http', program: tocsin });
    bot = await town.start();
  }, 60_000);
  afterAll(() => town?.close(), 60_000);

  it('answer what the platforms ask before they take an address', async () => {
    expect(await town.slack.verifyUrl()).toBeTruthy();
    const probes = await town.discord.http.probe();
    expect(probes.length).toBeGreaterThan(0);
    expect(probes.filter(({ status }) => status !== 401)).toEqual([]);
  });

  const body = 'command=%2Fops&text=status&team_id=T0SHOP&user_id=U1&trigger_id=1';
  const now = () => Math.floor(Date.now() / 1000);

  it.each([
    ['no signature', () => ({})],
    ['the signature of another secret', () => signed(now(), 'another secret')],
    ['one that is too old', (secret: string) => signed(now() - 301, secret)],
    ['one from a future', (secret: string) => signed(now() + 330, secret)],
    ['one over another body', (secret: string) => signed(now(), secret, `${body}&more=1`)],
  ])('refuse a command of Slack with %s', async (_what, headers) => {
    expect(await posts(headers(town.slack.signingSecret))).toBe(401);
  });

  it('take a signed one once, and not a second time', async () => {
    const headers = signed(now(), town.slack.signingSecret);
    expect(await posts(headers)).toBe(200);
    expect(await posts(headers)).toBe(401);
  });

  it('have refused without a trace on the record, and the bot ends as it should', async () => {
    const { code, tookMs } = await stopped(bot);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(4000);
    expect(bot.output()).not.toContain('"level":"error"');
  });

  async function posts(headers: Readonly<Record<string, string>>): Promise<number> {
    const answer = await fetch(`${bot.urls.server}/slack/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  function signed(at: number, secret: string, over = body) {
    const digest = createHmac('sha256', secret).update(`v0:${at}:${over}`).digest('hex');
    return { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${digest}` };
  }
});
