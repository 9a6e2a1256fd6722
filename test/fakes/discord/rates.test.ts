import { RateLimitError, type REST, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StillClock, stillClock } from '../still-clock.ts';
import { login, nextInteraction, realClient, restClient, wronglyTaken } from './given.ts';
import { type FakeChannel, type FakeDiscord, type FakeGuild, startFakeDiscord } from './index.ts';

describe('the limits', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let ops: FakeChannel;
  let rest: REST;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock });
    guild = discord.addGuild('Shop');
    ops = guild.addChannel('ops');
    rest = restClient(discord);
  });

  afterEach(async () => {
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  /** One call past the client, which would not make it: status, headers, body. */
  async function raw(verb: string, path: string, body?: object) {
    const answer = await fetch(`${discord.api}/v10${path}`, {
      method: verb,
      headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    const seen: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: answer.status, headers: answer.headers, body: seen };
  }
  const post = (content = 'x') => raw('POST', Routes.channelMessages(ops.id), { content });

  it('say in the headers what is left', async () => {
    const { headers } = await post();
    expect(headers.get('x-ratelimit-limit')).toBe('5');
    expect(headers.get('x-ratelimit-remaining')).toBe('4');
    expect(headers.get('x-ratelimit-reset-after')).toBe('5.000');
    expect(headers.get('x-ratelimit-bucket')).toMatch(/^[0-9a-f]+$/);
  });

  it('refuse the sixth message within five seconds, and nothing is posted', async () => {
    for (let sent = 0; sent < 5; sent += 1) await post();
    await clock.passes(2_000);
    const { status, headers, body } = await post();
    expect(status).toBe(429);
    expect(body).toEqual({ message: 'You are being rate limited.', retry_after: 3, global: false });
    expect(headers.get('retry-after')).toBe('3');
    expect(headers.get('x-ratelimit-scope')).toBe('user');
    expect(ops.messages()).toHaveLength(5);
    await clock.passes(3_000);
    expect((await post()).status).toBe(200);
  });

  it('count each channel, and edits apart from messages', async () => {
    for (let sent = 0; sent < 5; sent += 1) await post();
    const path = Routes.channelMessage(ops.id, ops.last().id);
    expect((await raw('PATCH', path, { content: 'y' })).status).toBe(200);
    const other = guild.addChannel('other');
    const elsewhere = await raw('POST', Routes.channelMessages(other.id), { content: 'x' });
    expect(elsewhere.status).toBe(200);
  });

  it('are kept by the real client on its own', async () => {
    const waits: number[] = [];
    rest.on('rateLimited', ({ timeToReset }) => waits.push(timeToReset));
    const body = { content: 'x' };
    const calls = Array.from({ length: 6 }, () =>
      rest.post(Routes.channelMessages(ops.id), { body }).catch((error: unknown) => error),
    );
    const results = await Promise.all(calls);
    expect(results.filter((one) => one instanceof RateLimitError)).toHaveLength(1);
    expect(discord.requests.filter(({ status }) => status === 429)).toEqual([]);
  });

  it('stop the fifty-first call of a second, wherever it goes', async () => {
    const few = await startFakeDiscord({ clock, globalPerSecond: 2 });
    const call = (path: string) =>
      fetch(`${few.api}/v10${path}`, { headers: { authorization: `Bot ${few.token}` } });
    await call('/users/@me');
    await call('/gateway/bot');
    const refused = await call('/applications/@me');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-global')).toBe('true');
    expect(await refused.json()).toMatchObject({ global: true, retry_after: 1 });
    await few.close();
  });

  it('let answers to interactions pass when everything else is stopped', async () => {
    const few = await startFakeDiscord({ clock, globalPerSecond: 20 });
    const shop = few.addGuild('Shop');
    const channel = shop.addChannel('ops');
    const ana = shop.addPerson('ana');
    const client = await login(realClient(few), few);
    await client.application.commands.set([{ name: 'ops', description: 'x' }], shop.id);
    const authorization = `Bot ${few.token}`;
    for (let left = 30; left > 0; left -= 1) {
      await fetch(`${few.api}/v10/users/@me`, { headers: { authorization } });
    }
    const coming = nextInteraction(client);
    const asked = ana.uses(channel, '/ops');
    const interaction = await coming;
    if (!interaction.isChatInputCommand()) throw new Error('no command');
    await interaction.reply('well');
    expect(asked.sees).toBe('well');
    await client.destroy();
    await few.close();
  });

  it('count invalid answers for ten minutes, but not those that others cause', async () => {
    await raw('GET', '/channels/1');
    ops.deny(discord.bot, 'viewChannel');
    await post();
    discord.outage.failNext(1, { kind: 'rate limited', scope: 'shared' });
    await raw('GET', '/users/@me');
    expect(discord.invalidRequests()).toBe(1);
    await clock.passes(600_000);
    expect(discord.invalidRequests()).toBe(0);
  });

  it('let a channel edit what is older than an hour only so often, and say so with a code', async () => {
    await post();
    const path = Routes.channelMessage(ops.id, ops.last().id);
    await clock.passes(3_600_000);
    for (let edits = 0; edits < 3; edits += 1) {
      expect((await raw('PATCH', path, { content: `${edits}` })).status).toBe(200);
    }
    const { status, body, headers } = await raw('PATCH', path, { content: 'late' });
    expect([status, headers.get('retry-after')]).toEqual([429, '6']);
    expect(body).toMatchObject({ code: 30046, retry_after: 6 });
    await post('a fresh card');
    const fresh = Routes.channelMessage(ops.id, ops.last().id);
    await clock.passes(5_000);
    expect((await raw('PATCH', fresh, { content: 'edited' })).status).toBe(200);
  });
});

describe('a nonce', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let ops: FakeChannel;
  let rest: REST;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock });
    ops = discord.addGuild('Shop').addChannel('ops');
    rest = restClient(discord);
  });

  afterEach(async () => {
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  const send = (body: object) =>
    rest.post(Routes.channelMessages(ops.id), { body: { content: 'x', nonce: 'n1', ...body } });

  it('that is enforced gives the same message again, for some minutes', async () => {
    const first = await send({ enforce_nonce: true });
    const again = await send({ enforce_nonce: true });
    expect(again).toEqual(first);
    expect(ops.messages()).toHaveLength(1);
    await clock.passes(180_000);
    await send({ enforce_nonce: true });
    expect(ops.messages()).toHaveLength(2);
  });

  it('that is not enforced makes a second message', async () => {
    await send({});
    await send({});
    expect(ops.messages().map(({ nonce }) => nonce)).toEqual(['n1', 'n1']);
  });
});
