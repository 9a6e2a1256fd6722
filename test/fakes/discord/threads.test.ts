import { type REST, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StillClock, stillClock } from '../still-clock.ts';
import { refusalOf, restClient, wronglyTaken } from './given.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeGuild,
  type FakeMessage,
  type FakePerson,
  startFakeDiscord,
} from './index.ts';

describe('a thread', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let ops: FakeChannel;
  let ana: FakePerson;
  let rest: REST;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock });
    guild = discord.addGuild('Shop', []);
    ops = guild.addChannel('ops');
    ana = guild.addPerson('ana');
    rest = restClient(discord);
  });

  afterEach(async () => {
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  const code = async (work: Promise<unknown>) => (await refusalOf(work)).code;
  const start = (message: FakeMessage, body: object = { name: 'checkout' }) =>
    rest.post(Routes.threads(ops.id, message.id), { body });
  const patch = (thread: FakeChannel, body: object) =>
    rest.patch(Routes.channel(thread.id), { body });
  const send = (channel: FakeChannel, content: string) =>
    rest.post(Routes.channelMessages(channel.id), { body: { content } });

  async function card(): Promise<FakeMessage> {
    await send(ops, 'card');
    return ops.last();
  }

  async function started(): Promise<FakeChannel> {
    const message = await card();
    await start(message);
    const { thread } = message;
    if (!thread) throw new Error('no thread');
    return thread;
  }

  it('has the id of the message it starts from, and there is one', async () => {
    const message = await card();
    await start(message);
    expect(message.thread?.id).toBe(message.id);
    expect(await code(start(message))).toBe(160004);
  });

  it('has a name of 1 to 100 characters and one of four times to rest', async () => {
    const message = await card();
    const body = { name: 'x'.repeat(101), auto_archive_duration: 30 };
    expect((await refusalOf(start(message, body))).fields).toEqual([
      'name BASE_TYPE_BAD_LENGTH',
      'auto_archive_duration BASE_TYPE_CHOICES',
    ]);
  });

  it('takes no edit while it is archived', async () => {
    const thread = await started();
    await send(thread, 'line');
    const line = thread.last();
    await patch(thread, { archived: true });
    const edit = () =>
      rest.patch(Routes.channelMessage(thread.id, line.id), { body: { content: 'other' } });
    expect(await code(edit())).toBe(50083);
    await patch(thread, { archived: false });
    await edit();
    expect(line.content).toBe('other');
  });

  it('takes no change while it is archived but being opened', async () => {
    const thread = await started();
    thread.archive();
    expect(await code(patch(thread, { name: 'other' }))).toBe(50083);
    await patch(thread, { archived: false, name: 'other' });
    expect([thread.archived, thread.name]).toEqual([false, 'other']);
  });

  it('opens when somebody writes in it', async () => {
    const thread = await started();
    thread.archive();
    await send(thread, 'line');
    expect(thread.archived).toBe(false);
  });

  it('goes to rest after the quiet that it was given', async () => {
    const message = await card();
    await start(message, { name: 'checkout', auto_archive_duration: 60 });
    await clock.passes(3_600_000 - 1);
    expect(message.thread?.archived).toBe(false);
    await clock.passes(1);
    expect(message.thread?.archived).toBe(true);
  });

  it('takes nothing from a bot once it is locked, but from one that manages threads', async () => {
    const thread = await started();
    thread.lock();
    expect(await code(send(thread, 'line'))).toBe(160005);
    guild.grant(guild.botRole, 'manageThreads');
    await send(thread, 'line');
    expect(thread.last().content).toBe('line');
  });

  it('is locked only by who manages threads', async () => {
    const thread = await started();
    expect(await code(patch(thread, { locked: true }))).toBe(50013);
    guild.grant(guild.botRole, 'manageThreads');
    await patch(thread, { locked: true, archived: true });
    expect([thread.locked, thread.archived]).toEqual([true, true]);
  });

  it('needs its own permissions', async () => {
    const message = await card();
    ops.deny(guild.botRole, 'createPublicThreads');
    expect(await code(start(message))).toBe(50013);
    ops.allow(guild.botRole, 'createPublicThreads');
    await start(message);
    ops.deny(guild.botRole, 'sendMessagesInThreads');
    if (!message.thread) throw new Error('no thread');
    expect(await code(send(message.thread, 'line'))).toBe(50013);
  });

  it('stays when the message it started from is deleted', async () => {
    const message = await card();
    await start(message);
    message.delete();
    expect(ops.threads().map(({ name }) => name)).toEqual(['checkout']);
  });

  it('is announced in the channel when it starts from an older message', async () => {
    const message = await card();
    ana.says(ops, 'what is this?');
    await start(message);
    expect(ops.last().content).toBe('checkout');
    expect(ops.last().json()['type']).toBe(18);
  });

  it('takes in members, but not while it is archived, and not who cannot see it', async () => {
    const thread = await started();
    await rest.put(Routes.threadMembers(thread.id, ana.id));
    expect(thread.members()).toEqual([discord.bot.id, ana.id]);
    const ben = guild.addPerson('ben');
    ops.deny(ben, 'viewChannel');
    expect(await code(rest.put(Routes.threadMembers(thread.id, ben.id)))).toBe(50001);
    thread.archive();
    expect(await code(rest.put(Routes.threadMembers(thread.id, ana.id)))).toBe(50083);
  });

  it('is found among the active ones, and once archived among those', async () => {
    const thread = await started();
    const active = async () => {
      const found = await rest.get(Routes.guildActiveThreads(guild.id));
      return (found as { threads: { id: string }[] }).threads.map(({ id }) => id);
    };
    const archived = async () => {
      const found = await rest.get(Routes.channelThreads(ops.id, 'public'));
      return (found as { threads: { id: string }[] }).threads.map(({ id }) => id);
    };
    expect([await active(), await archived()]).toEqual([[thread.id], []]);
    thread.archive();
    expect([await active(), await archived()]).toEqual([[], [thread.id]]);
  });

  it('of its own is private unless it says otherwise', async () => {
    const made = await rest.post(Routes.threads(ops.id), { body: { name: 'x' } });
    expect(made).toMatchObject({ type: 12 });
  });

  it('counts against a guild that is full of them', async () => {
    const full = await startFakeDiscord({ clock, policy: { maxActiveThreads: 1 } });
    const channel = full.addGuild('Full').addChannel('ops');
    const client = restClient(full);
    const body = { name: 'x' };
    await client.post(Routes.threads(channel.id), { body });
    expect(await code(client.post(Routes.threads(channel.id), { body }))).toBe(160006);
    await full.close();
  });
});
