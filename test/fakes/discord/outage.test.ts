import { type REST, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type StillClock, stillClock } from '../still-clock.ts';
import { refusalOf, restClient } from './given.ts';
import { type FakeChannel, type FakeDiscord, type Fault, startFakeDiscord } from './index.ts';

describe('an outage', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let ops: FakeChannel;
  let rest: REST;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock, globalPerSecond: 1_000 });
    ops = discord.addGuild('Shop').addChannel('ops');
    rest = restClient(discord, { timeout: 100 });
  });

  afterEach(() => discord.close());

  const send = () => rest.post(Routes.channelMessages(ops.id), { body: { content: 'card' } });
  const posted = () => ops.messages().length;

  it('answers 500, and nothing is done', async () => {
    discord.outage.failNext(1, { kind: 'server error' });
    await expect(send()).rejects.toMatchObject({ status: 500 });
    expect(posted()).toBe(0);
    await send();
    expect(posted()).toBe(1);
  });

  it('is lived through by the real client, which tries again', async () => {
    const patient = restClient(discord, { retries: 3 });
    discord.outage.failNext(2, { kind: 'server error', status: 502 });
    await patient.post(Routes.channelMessages(ops.id), { body: { content: 'card' } });
    expect(posted()).toBe(1);
    expect(discord.requests.map(({ status }) => status)).toEqual([502, 502, 200]);
  });

  it('breaks the connection before anything is done', async () => {
    discord.outage.failNext(1, { kind: 'reset' });
    await expect(send()).rejects.toThrow();
    expect(posted()).toBe(0);
  });

  it('loses the answer to what was done: a client that tries again posts twice', async () => {
    const patient = restClient(discord, { retries: 1 });
    discord.outage.failNext(1, { kind: 'answer lost' });
    const body = { content: 'card' };
    await patient.post(Routes.channelMessages(ops.id), { body });
    expect(posted()).toBe(2);
  });

  it('loses the answer to what was done: with an enforced nonce there is one', async () => {
    const patient = restClient(discord, { retries: 1 });
    discord.outage.failNext(1, { kind: 'answer lost' });
    const body = { content: 'card', nonce: 'n1', enforce_nonce: true };
    await patient.post(Routes.channelMessages(ops.id), { body });
    expect(posted()).toBe(1);
  });

  it('never answers', async () => {
    discord.outage.failNext(1, { kind: 'timeout' });
    await expect(send()).rejects.toThrow('aborted');
    expect(posted()).toBe(0);
  });

  it('does late what the client gave up on', async () => {
    discord.outage.failNext(1, { kind: 'late', ms: 10_000 });
    await expect(send()).rejects.toThrow('aborted');
    await clock.passes(9_999);
    expect(posted()).toBe(0);
    await clock.passes(1);
    expect(posted()).toBe(1);
  });

  it('answers slowly', async () => {
    const patient = restClient(discord);
    discord.outage.failNext(1, { kind: 'slow', ms: 5_000 });
    const sent = patient.post(Routes.channelMessages(ops.id), { body: { content: 'card' } });
    await eventually('it has come', () => discord.requests.length === 1);
    await clock.passes(5_000);
    await sent;
    expect(posted()).toBe(1);
  });

  it('answers 429 without need', async () => {
    discord.outage.failNext(1, { kind: 'rate limited', retryAfterS: 7, scope: 'global' });
    await expect(send()).rejects.toMatchObject({ retryAfter: expect.closeTo(7_050, -2) });
  });

  it('hits one route and leaves the others alone', async () => {
    const route = 'POST /channels/{channel_id}/messages';
    discord.outage.failNext(1, { kind: 'server error' }, route);
    await rest.get(Routes.channel(ops.id));
    await expect(send()).rejects.toMatchObject({ status: 500 });
  });

  it('hits a share of all calls, the same with the same seed, until it ends', async () => {
    const faults: readonly Fault[] = [{ kind: 'server error' }, { kind: 'rate limited' }];
    async function calls(seed: number): Promise<string> {
      discord.outage.failShare(0.3, faults, seed);
      let outcome = '';
      for (let left = 40; left > 0; left -= 1) {
        const answer = await fetch(`${discord.api}/v10/users/@me`, {
          headers: { authorization: `Bot ${discord.token}` },
        });
        outcome += answer.status === 200 ? '.' : String(answer.status)[0];
        await answer.arrayBuffer();
        await clock.passes(1_000);
      }
      return outcome;
    }
    const first = await calls(7);
    expect(first).toMatch(/4/);
    expect(first).toMatch(/5/);
    expect(await calls(7)).toBe(first);
    expect(await calls(8)).not.toBe(first);
    const suffered = discord.outage.suffered();
    discord.outage.ends();
    await rest.get(Routes.user());
    expect(discord.outage.suffered()).toBe(suffered);
  });

  it('still refuses what would be refused', async () => {
    discord.outage.failShare(0, [], 1);
    ops.deny(discord.bot, 'viewChannel');
    expect((await refusalOf(send())).code).toBe(50001);
  });
});
