import { type Client, Events, GatewayIntentBits } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { stillClock } from '../still-clock.ts';
import { botIntents, login, realClient } from './given.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeGuild,
  type FakePerson,
  startFakeDiscord,
} from './index.ts';

describe('the gateway', () => {
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let ops: FakeChannel;
  let ana: FakePerson;
  let client: Client<boolean>;
  let heard: string[];

  beforeEach(async () => {
    discord = await startFakeDiscord();
    guild = discord.addGuild('Shop');
    ops = guild.addChannel('ops');
    ana = guild.addPerson('ana');
    client = realClient(discord);
    client.on(Events.Error, () => undefined);
    client.on(Events.ShardError, () => undefined);
    heard = [];
    client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  });

  afterEach(async () => {
    await client.destroy();
    await discord.close();
  });

  const says = (text: string) => ana.says(ops, `${discord.bot.mention} ${text}`);
  const words = () => heard.map((one) => one.split(' ').at(-1));
  const back = (resumed: number) =>
    eventually('the client is back', () => discord.gateway.counts().resumed === resumed);

  it('resumes after a break, and tells what was missed, once and in order', async () => {
    await login(client, discord);
    says('one');
    await eventually('one is heard', () => heard.length === 1);
    discord.gateway.drop();
    says('two');
    says('three');
    await back(1);
    await eventually('all is heard', () => heard.length === 3);
    expect(words()).toEqual(['one', 'two', 'three']);
    expect(discord.gateway.counts()).toEqual({ identified: 1, resumed: 1 });
  });

  it('is left and resumed when it asks for it', async () => {
    await login(client, discord);
    discord.gateway.askToReconnect();
    says('meanwhile');
    await back(1);
    await eventually('it is heard', () => heard.length === 1);
    expect(discord.gateway.closes()).toEqual([4200]);
  });

  it('resumes a session that is called invalid but resumable', async () => {
    await login(client, discord);
    discord.gateway.invalidate(true);
    await back(1);
    says('again');
    await eventually('it is heard', () => heard.length === 1);
  });

  it('takes a new session when the old one is gone, and what was said meanwhile is lost', async () => {
    await login(client, discord);
    discord.gateway.invalidate(false);
    says('lost');
    await eventually('a new session', () => discord.gateway.counts().identified === 2);
    says('heard');
    await eventually('it is heard', () => heard.length === 1);
    expect(words()).toEqual(['heard']);
  });

  it('refuses a Resume of what it has forgotten', async () => {
    await login(client, discord);
    discord.gateway.forgetSessions();
    discord.gateway.drop(4000);
    await eventually('a new session', () => discord.gateway.counts().identified === 2);
    expect(discord.gateway.counts().resumed).toBe(0);
  });

  it('is found again after it was away for some connections', async () => {
    await login(client, discord);
    discord.gateway.refuseConnections(2);
    discord.gateway.drop();
    await eventually('it is back', () => discord.gateway.connected());
    says('again');
    await eventually('it is heard', () => heard.length === 1);
  });

  it('forgets a session that the client gives back', async () => {
    await login(client, discord);
    await client.destroy();
    await eventually('it is closed', () => discord.gateway.closes().length === 1);
    expect(discord.gateway.sessions()).toEqual([]);
  });

  it('says nothing that the client has no intent for', async () => {
    const guildsOnly = realClient(discord, { intents: [GatewayIntentBits.Guilds] });
    const events: string[] = [];
    guildsOnly.on(Events.Raw, ({ t }: { t: string }) => events.push(t));
    await login(guildsOnly, discord);
    says('something');
    guild.addChannel('other');
    await eventually('the channel', () => events.includes('CHANNEL_CREATE'));
    expect(events.filter((one) => one?.startsWith('MESSAGE'))).toEqual([]);
    await guildsOnly.destroy();
  });

  it('says nothing of channels that the bot cannot see', async () => {
    const secret = guild.addChannel('secret');
    secret.deny(discord.bot, 'viewChannel');
    await login(client, discord);
    ana.says(secret, 'psst');
    says('something');
    await eventually('something', () => heard.length > 0);
    expect(words()).toEqual(['something']);
  });

  it('keeps texts from a bot without the privileged intent, and gives them to one with it', async () => {
    const open = await startFakeDiscord({ privileged: { messageContent: true } });
    const shop = open.addGuild('Shop');
    const channel = shop.addChannel('ops');
    const ben = shop.addPerson('ben');
    const reader = realClient(open, { intents: [...botIntents, GatewayIntentBits.MessageContent] });
    const texts: string[] = [];
    reader.on(Events.MessageCreate, ({ content }) => texts.push(content));
    await login(reader, open);
    ben.says(channel, 'for all');
    await eventually('the text', () => texts.length === 1);
    expect(texts).toEqual(['for all']);
    await reader.destroy();
    await open.close();
  });

  it('closes with 4014 on a privileged intent that is not switched on', async () => {
    const reader = realClient(discord, {
      intents: [...botIntents, GatewayIntentBits.MessageContent],
    });
    await expect(login(reader, discord)).rejects.toThrow('disallowed intents');
    expect(discord.gateway.closes()).toEqual([4014]);
    await reader.destroy();
  });

  it('tells of threads, deletions and a guild that is left', async () => {
    await login(client, discord);
    const events: string[] = [];
    client.on(Events.Raw, ({ t }: { t: string }) => events.push(t));
    const ready = await client.channels.fetch(ops.id);
    if (!ready?.isSendable()) throw new Error('no channel');
    const card = await ready.send('card');
    const thread = await card.startThread({ name: 'checkout' });
    ops.threads()[0]?.archive();
    await eventually('the archive', () => thread.archived === true);
    ops.messages()[0]?.delete();
    ops.threads()[0]?.delete();
    ops.delete();
    guild.kickBot();
    await eventually('the end', () => client.guilds.cache.size === 0);
    const seen = new Set(events);
    for (const name of [
      'MESSAGE_CREATE',
      'THREAD_CREATE',
      'MESSAGE_UPDATE',
      'THREAD_UPDATE',
      'MESSAGE_DELETE',
      'THREAD_DELETE',
      'CHANNEL_DELETE',
      'GUILD_DELETE',
    ]) {
      expect(seen).toContain(name);
    }
  });
});

describe('the gateway, spoken to by hand', () => {
  const open: WebSocket[] = [];
  const fakes: FakeDiscord[] = [];

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.close();
    for (const discord of fakes.splice(0)) await discord.close();
  });

  async function fake(options: Parameters<typeof startFakeDiscord>[0] = {}): Promise<FakeDiscord> {
    const discord = await startFakeDiscord(options);
    fakes.push(discord);
    return discord;
  }

  /** The ops that come and the code that ends it. */
  async function connect(discord: FakeDiscord, query = '?v=10&encoding=json') {
    const socket = new WebSocket(`${discord.url.replace('http', 'ws')}/gateway${query}`);
    open.push(socket);
    const ops: number[] = [];
    const closed = new Promise<number>((resolve) =>
      socket.addEventListener('close', ({ code }) => resolve(code)),
    );
    socket.addEventListener('message', ({ data }) => ops.push(JSON.parse(String(data)).op));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const say = (op: number, d: unknown) => socket.send(JSON.stringify({ op, d }));
    return { ops, closed, say, send: (text: string) => socket.send(text) };
  }

  const identity = (discord: FakeDiscord, more: object = {}) => ({
    token: discord.token,
    intents: 1,
    properties: {},
    ...more,
  });

  it('greets, acknowledges heartbeats, and closes on one that is missed', async () => {
    const heartbeatClock = stillClock();
    const discord = await fake({ heartbeatClock, heartbeatMs: 1_000 });
    const { ops, closed, say } = await connect(discord);
    say(1, null);
    await eventually('an answer', () => ops.includes(11));
    expect(ops).toEqual([10, 11]);
    await heartbeatClock.passes(1_499);
    say(1, null);
    await eventually('another answer', () => ops.length === 3);
    await heartbeatClock.passes(1_500);
    expect(await closed).toBe(4009);
  });

  it.each([
    ['a wrong token', 4004, 2, { token: 'x' }],
    ['intents that do not exist', 4013, 2, { intents: 1 << 30 }],
    ['a Resume with a wrong token', 4004, 6, { token: 'x', session_id: 'x', seq: 1 }],
    ['an op that does not exist', 4001, 99, {}],
    ['an op before Identify', 4003, 3, {}],
  ])('closes on %s with %i', async (_what, code, op, more) => {
    const discord = await fake();
    const { closed, say } = await connect(discord);
    say(op, identity(discord, more));
    expect(await closed).toBe(code);
  });

  it('closes on a second Identify, on nonsense, on what is too long, and on haste', async () => {
    const discord = await fake();
    const twice = await connect(discord);
    twice.say(2, identity(discord));
    twice.say(2, identity(discord));
    expect(await twice.closed).toBe(4005);
    const nonsense = await connect(discord);
    nonsense.send('{');
    expect(await nonsense.closed).toBe(4002);
    const long = await connect(discord);
    long.send(JSON.stringify({ op: 3, d: 'x'.repeat(4_096) }));
    expect(await long.closed).toBe(4002);
    const hasty = await connect(discord);
    for (let sent = 0; sent < 121; sent += 1) hasty.say(1, null);
    expect(await hasty.closed).toBe(4008);
  });

  it('speaks version 10 alone', async () => {
    const discord = await fake();
    const { closed } = await connect(discord, '?v=6');
    expect(await closed).toBe(4012);
  });

  it('answers no heartbeat once it is deaf', async () => {
    const discord = await fake();
    const { ops, say } = await connect(discord);
    say(2, identity(discord));
    await eventually('a session', () => discord.gateway.connected());
    discord.gateway.goDeaf();
    say(1, null);
    discord.addGuild('Unheard');
    const other = await connect(discord);
    other.say(1, null);
    await eventually('the other is answered', () => other.ops.includes(11));
    expect(ops).toEqual([10, 0]);
  });
});
